// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore
import Synchronization

/// At least once: what is published is stored in a stream, and consumers of the stream deliver it until it is acknowledged
/// ([JetStream](https://docs.nats.io/nats-concepts/jetstream)).
final class JetStream: Sendable {
    /// The header by which the server finds out that it has a message already.
    static let messageIDHeader = "Nats-Msg-Id"
    /// What our own identities begin with.
    private static let messageIDPrefix = "swift-micro-"
    /// The most that ``messageIDHeader`` adds to a message, in bytes.
    static let reservedHeaderSize = 96

    private let stream: JetStreamStream
    private let api: JetStreamAPI
    private let connection: NATSConnectionManager
    private let requests: NATSRequests
    private let format: NATSFormat
    private let logger: Logger
    private let origin = NATSName.unique()
    private let content = Mutex<(published: UInt64, tasks: [ObjectIdentifier: Task<Void, Never>])>((0, [:]))

    init(
        _ stream: NATSStream, connection: NATSConnectionManager, requests: NATSRequests, format: NATSFormat,
        logger: Logger
    ) {
        let api = JetStreamAPI(connection: connection, requests: requests)
        self.api = api
        self.stream = JetStreamStream(stream, api: api)
        self.connection = connection
        self.requests = requests
        self.format = format
        self.logger = logger
    }

    // MARK: Publishing

    /// Returns once the stream has the message. Headers that are commands to the server, such as to purge the stream, are
    /// refused. It is sent again when a connection is lost meanwhile: the server keeps it
    /// once, by its identity.
    ///
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    func publish(_ message: BrokerMessage, to topic: String) async throws {
        if let (name, _) = message.headers.first(where: { $0.name.isCommandToJetStream }) {
            throw MicroError(
                .invalidArgument, "the header \(name) cannot be published: it is a command to JetStream",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
        var message = message
        message.headers.add(Self.messageIDHeader, makeMessageID())
        try await store(message, topic, by: .now + connection.configuration.timeout)
    }

    /// Stores what could not be handled, as it came.
    ///
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    func publishDeadLetter(_ message: NATSMessage, in topic: String) async throws {
        var deadLetter = BrokerMessage(body: message.body)
        for (name, value) in message.headers where !name.isCommandToJetStream { deadLetter.headers.add(name, value) }
        try TopicRules.check(headers: deadLetter.headers)
        guard NATSHeaderBlock.payloadSize(of: deadLetter) + Self.reservedHeaderSize <= connection.maxPayload else {
            throw MicroError(
                .payloadTooLarge, "what was given up is too large to be published again",
                origin: MicroError.Origin.broker)
        }
        deadLetter.headers.add(Self.messageIDHeader, makeMessageID())
        try await store(deadLetter, topic, by: .now + connection.configuration.timeout)
    }

    private func store(_ message: BrokerMessage, _ topic: String, by deadline: ContinuousClock.Instant) async throws {
        for attempt in 0... {
            let problem: MicroError
            do {
                // Who subscribes by the core of NATS gets a publication as well: that it has come to somebody says nothing.
                try await stream.ensureTopic(topic, by: deadline)
                let reply = try await requests.request(message, to: topic, by: deadline)
                guard reply.status == 503 else { return try api.check(publication: reply, to: topic) }
                // No stream takes the topic, or not now.
                stream.invalidate(topic)
                problem = notStored(topic)
            } catch let error as MicroError where error.code == .unavailable { problem = error } catch {
                stream.invalidate(topic)
                throw error
            }
            let pause = Backoff(base: .milliseconds(20), maxDelay: .seconds(1)).delay(attempt: attempt)
            guard deadline - .now > pause else { throw problem }
            try await Task.sleep(for: pause)
        }
    }

    private func notStored(_ topic: String) -> MicroError {
        MicroError(
            .unavailable,
            "the stream \(stream.name) of \(connection.description) does not take what is published to \(topic)",
            origin: MicroError.Origin.broker)
    }

    private func makeMessageID() -> String {
        let number = content.withLock { content in
            content.published += 1
            return content.published
        }
        return "\(Self.messageIDPrefix)\(origin)-\(number)"
    }

    /// The message as its publisher knows it.
    func read(_ message: NATSMessage) -> BrokerMessage {
        var headers = message.headers
        if headers[Self.messageIDHeader]?.hasPrefix(Self.messageIDPrefix) == true {
            headers[Self.messageIDHeader] = nil
        }
        return format.decode(
            NATSMessage(
                subject: message.subject, reply: message.reply, status: nil, reason: "", headers: headers,
                body: message.body))
    }

    // MARK: Subscribing

    /// - Throws: ``MicroCore/MicroError``.
    func feed(
        _ source: Subscription.Source, topic: String, queue: String?, options: SubscribeOptions
    ) throws -> any NATSFeed {
        let consumer = JetStreamConsumer(
            stream: stream, api: api, topic: topic, durableName: queue ?? options.durableName, start: options.start,
            acknowledgementTimeout: options.acknowledgementTimeout ?? connection.configuration.acknowledgementTimeout)
        let limit = min(options.maxInFlight ?? connection.configuration.maxInFlight, options.maxBufferedMessages)
        return try JetStreamFeed(
            source, consumer: consumer, of: self, connection: connection, maxInFlight: limit,
            maxBytes: options.maxBufferedBytes,
            maxAttempts: options.maxAttempts, deadLetterTopic: options.deadLetterTopic, logger: logger)
    }

    /// Keeps the task of a feed until it is over.
    func trackTask(_ feed: JetStreamFeed, _ body: @escaping @Sendable () async -> Void) {
        let id = ObjectIdentifier(feed)
        content.withLock { content in
            content.tasks[id] = Task { [weak self] in
                await body()
                self?.content.withLock { _ = $0.tasks.removeValue(forKey: id) }
            }
        }
    }

    /// Waits for what feeds have to tidy up, and cuts it off at the deadline.
    func close(by deadline: ContinuousClock.Instant) async {
        let tasks = content.withLock { Array($0.tasks.values) }
        let late = MicroError(.deadlineExceeded, "closing took too long", origin: MicroError.Origin.broker)
        try? await withDeadline(deadline, orThrow: late) { for task in tasks { await task.value } }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}

extension String {
    /// Whether a header of the name tells the server what to do with a message.
    fileprivate var isCommandToJetStream: Bool { lowercased().hasPrefix("nats-") }
}
