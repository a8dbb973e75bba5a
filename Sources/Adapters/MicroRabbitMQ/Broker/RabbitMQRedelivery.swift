// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Publishes rejected messages of one queue again, after a delay if there is one, or to the dead-letter topic.
final class RabbitMQRedelivery: Sendable {
    /// How long a queue of delayed messages is kept after its last declaration and twice its delay, in milliseconds.
    private static let retryQueueLifetime: Int64 = 10 * 60_000

    private let queue: AMQPCommand.Queue
    private let deadLetterTopic: String?
    private let connection: RabbitMQConnectionManager
    private let publisher: RabbitMQPublisher
    private let tasks: DrainTracker
    private let throttle = LogThrottle()

    /// - Parameters:
    ///   - connection: The connection to publish on.
    ///   - tasks: Counts the redeliveries in progress.
    init(
        of queue: AMQPCommand.Queue, deadLetterTopic: String?, connection: RabbitMQConnectionManager,
        publisher: RabbitMQPublisher, tasks: DrainTracker
    ) {
        self.queue = queue
        self.deadLetterTopic = deadLetterTopic
        self.connection = connection
        self.publisher = publisher
        self.tasks = tasks
    }

    /// Runs an operation that the broker waits for when it is closed. At most one runs for each delivery in flight.
    ///
    /// - Returns: False if the broker is closed; the operation does not run then.
    func run(_ operation: @escaping @Sendable () async -> Void) -> Bool {
        guard tasks.begin() else { return false }
        Task {
            await operation()
            tasks.end()
        }
        return true
    }

    /// Publishes a message again.
    ///
    /// - Parameters:
    ///   - attempt: The number of the attempt that failed.
    ///   - isLastAttempt: Whether it was the last one: the message goes to the dead-letter topic, or is dropped if there is none.
    /// - Returns: Whether the original can be acknowledged.
    func perform(_ content: AMQPContent, attempt: Int, after delay: Duration?, isLastAttempt: Bool) async -> Bool {
        do {
            if isLastAttempt {
                try await discard(content, attempt)
            } else {
                try await publishCopy(content, attempt, after: delay)
            }
            return true
        } catch {
            connection.logger.warning(
                "redelivery failed; message requeued", throttle: throttle,
                metadata: ["queue": "\(queue.name)", "cause": "\(error)"])
            return false
        }
    }

    private func discard(_ content: AMQPContent, _ attempt: Int) async throws {
        if let deadLetterTopic { try await publishDeadLetter(content, to: deadLetterTopic) }
        connection.logger.warning(
            deadLetterTopic == nil
                ? "message dropped after the maximum number of deliveries"
                : "message moved to the dead-letter topic",
            throttle: throttle, metadata: ["queue": "\(queue.name)", "attempts": "\(attempt)"])
    }

    private func publishDeadLetter(_ content: AMQPContent, to topic: String) async throws {
        var properties = content.originalProperties
        (properties.appID, properties.messageID, properties.type) = (nil, nil, nil)
        try await publish(
            AMQPPublication(
                exchange: connection.configuration.exchange, routingKey: topic, properties: properties,
                body: content.body))
    }

    private func publishCopy(_ content: AMQPContent, _ attempt: Int, after delay: Duration?) async throws {
        var properties = content.originalProperties
        properties.appID = RabbitMQMessageFormat.redeliveryApp
        properties.messageID = "\(attempt)"
        properties.type = content.topic
        var target = queue.name
        if let delay, delay > .zero { target = try await declareRetryQueue(delay.retryMilliseconds) }
        try await publish(
            AMQPPublication(
                exchange: "", routingKey: target, isMandatory: true, properties: properties, body: content.body))
    }

    private func publish(_ publication: AMQPPublication) async throws {
        try await publisher.publish(publication, by: .now + connection.configuration.timeout)
    }

    /// Declares the queue from which messages go to the main queue after a delay.
    ///
    /// - Returns: Its name.
    private func declareRetryQueue(_ milliseconds: Int64) async throws -> String {
        let deadline = ContinuousClock.now + connection.configuration.timeout
        let retryQueue = AMQPCommand.Queue(
            name: RabbitMQNames.retryQueue(of: queue.name, milliseconds: milliseconds), isDurable: true,
            arguments: [
                "x-queue-type": .string(connection.configuration.queueType.rawValue),
                "x-message-ttl": .integer(milliseconds),
                "x-dead-letter-exchange": .string(""),
                "x-dead-letter-routing-key": .string(queue.name),
                "x-expires": .integer(2 * milliseconds + Self.retryQueueLifetime),
            ])
        try await connection.connected(by: deadline).perform(.queueDeclare(retryQueue), by: deadline)
        return retryQueue.name
    }
}

extension AMQPContent {
    /// The properties that a copy keeps, without the headers of the server. Of another AMQP client, `content-encoding`, `priority`,
    /// `expiration`, `user-id`, `app-id`, `message-id` and `type` are lost, and so is `correlation-id` after a retry.
    fileprivate var originalProperties: AMQPProperties {
        var properties = properties
        properties.isPersistent = true
        properties.headers.fields.removeAll(where: RabbitMQMessageFormat.isServerHeader)
        return properties
    }
}
