// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore
import Synchronization

/// At-least-once delivery: publications are stored in a stream, and consumers of the stream deliver them until they are
/// acknowledged ([JetStream](https://docs.nats.io/nats-concepts/jetstream)).
final class JetStream: Sendable {
    private struct State {
        var publishedCount: UInt64 = 0
        /// The tasks of the feeds.
        var tasks: [ObjectIdentifier: Task<Void, Never>] = [:]
    }

    /// The header by which the server detects duplicates.
    static let messageIDHeader = "Nats-Msg-Id"
    /// The start of this adapter's message IDs.
    private static let messageIDPrefix = "swift-micro-"
    /// The maximum size of ``messageIDHeader`` in a message, in bytes.
    static let reservedHeaderSize = 96

    /// The timeout of one attempt to publish. While a replicated stream has no leader, publications get no response and
    /// must be sent again with the same ID.
    private static let publishTimeout = Duration.seconds(2)

    private let stream: JetStreamStream
    private let api: JetStreamAPI
    private let connection: NATSConnectionManager
    private let requests: NATSRequests
    private let format: NATSMessageFormat
    private let logger: Logger
    private let clientID = NATSUniqueName.make()
    private let state = Mutex(State())

    init(
        _ stream: NATSStream, connection: NATSConnectionManager, requests: NATSRequests, format: NATSMessageFormat,
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

    /// Returns once the stream has stored the message. If the connection is lost in the meantime, the message is sent
    /// again; the server detects the duplicate by its ID. Headers whose name begins with `Nats-` are rejected:
    /// JetStream interprets them, for example as a command to purge the stream.
    ///
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`.
    func publish(_ message: BrokerMessage, to topic: String) async throws {
        if let (name, _) = message.headers.first(where: { $0.name.isJetStreamHeader }) {
            throw MicroError(
                .invalidArgument,
                "the header \(name) cannot be published: names that begin with Nats- are reserved for JetStream; "
                    + "use another name",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
        var message = message
        message.headers.add(Self.messageIDHeader, makeMessageID())
        try await store(message, topic, by: .now + connection.configuration.timeout)
    }

    /// Publishes a message that exceeded the maximum number of deliveries. Body and headers are unchanged, except that
    /// JetStream's own headers are removed and the message gets a new ID.
    ///
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`.
    func publishDeadLetter(_ message: NATSMessage, to topic: String) async throws {
        var deadLetter = BrokerMessage(body: message.body)
        for (name, value) in message.headers where !name.isJetStreamHeader { deadLetter.headers.add(name, value) }
        try TopicRules.check(headers: deadLetter.headers)
        deadLetter.headers.add(Self.messageIDHeader, makeMessageID())
        try await store(deadLetter, topic, by: .now + connection.configuration.timeout)
    }

    private func store(_ message: BrokerMessage, _ topic: String, by deadline: ContinuousClock.Instant) async throws {
        // Whether an attempt that failed may have stored the message.
        var mayBeStored = false
        for attempt in 0... {
            var problem: MicroError
            do {
                // Without the stream, a subscriber of core NATS could still receive the message: a reply alone does not
                // prove that the stream has stored it.
                try await stream.ensureTopic(topic, by: deadline)
                try checkSize(of: message)
                let reply = try await requests.request(
                    message, to: topic, by: min(deadline, .now + Self.publishTimeout))
                guard reply.status == 503 else { return try api.check(publicationReply: reply, to: topic) }
                // No stream accepts the topic, at least temporarily.
                stream.invalidate(topic)
                problem = notStoredError(topic)
            } catch let error as MicroError where [.unavailable, .deadlineExceeded].contains(error.code) {
                problem = error
            } catch {
                stream.invalidate(topic)
                guard mayBeStored, var failure = error as? MicroError else { throw error }
                failure.isSafeToRetry = false
                throw failure
            }
            // The next attempt may fail before it sends anything, which says nothing about this one.
            mayBeStored = mayBeStored || !problem.isSafeToRetry
            problem.isSafeToRetry = !mayBeStored
            let pause = Backoff(base: .milliseconds(20), maxDelay: .seconds(1)).delay(attempt: attempt)
            guard deadline - .now > pause else { throw problem }
            try await Task.sleep(for: pause)
        }
    }

    /// The limit may have changed since the message was encoded, by a reload or on another server.
    private func checkSize(of message: BrokerMessage) throws {
        let (size, limit) = (NATSHeaderBlock.payloadSize(of: message), connection.maxPayload)
        guard size <= limit else {
            throw MicroError(
                .payloadTooLarge, "the message has \(size) bytes including headers: \(connection) accepts \(limit)",
                origin: MicroError.Origin.broker)
        }
    }

    private func notStoredError(_ topic: String) -> MicroError {
        MicroError(
            .unavailable, "the stream \(stream.name) of \(connection) does not accept publications to \(topic)",
            origin: MicroError.Origin.broker)
    }

    private func makeMessageID() -> String {
        let number = state.withLock { state in
            state.publishedCount += 1
            return state.publishedCount
        }
        return "\(Self.messageIDPrefix)\(clientID)-\(number)"
    }

    /// The message as its publisher sent it.
    func decode(_ message: NATSMessage) -> BrokerMessage {
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

    /// Makes the feed that delivers the messages of a topic from the stream to a subscription.
    ///
    /// - Throws: ``/MicroCore/MicroError``.
    func makeFeed(
        _ source: Subscription.Source, topic: String, queue: String?, options: SubscribeOptions
    ) throws -> any NATSFeed {
        let configuration = connection.configuration
        let consumer = JetStreamConsumer(
            stream: stream, api: api, topic: topic, durableName: queue ?? options.durableName, start: options.start,
            acknowledgementTimeout: options.acknowledgementTimeout ?? configuration.acknowledgementTimeout)
        let limits = JetStreamFeed.Limits(
            maxInFlight: min(options.maxInFlight ?? configuration.maxInFlight, options.maxBufferedMessages),
            maxBytes: options.maxBufferedBytes, maxAttempts: options.maxAttempts ?? .max)
        return try JetStreamFeed(
            source, consumer: consumer, of: self, connection: connection, limits: limits,
            deadLetterTopic: options.deadLetterTopic, logger: logger)
    }

    /// Runs the task of a feed. ``close(by:)`` waits for it.
    func runTask(of feed: JetStreamFeed, _ body: @escaping @Sendable () async -> Void) {
        let id = ObjectIdentifier(feed)
        state.withLock { state in
            state.tasks[id] = Task { [weak self] in
                await body()
                self?.state.withLock { _ = $0.tasks.removeValue(forKey: id) }
            }
        }
    }

    /// Waits until all feeds have cleaned up, and cancels them at the deadline.
    func close(by deadline: ContinuousClock.Instant) async {
        let tasks = state.withLock { Array($0.tasks.values) }
        let timeoutError = MicroError(.deadlineExceeded, "closing timed out", origin: MicroError.Origin.broker)
        try? await withDeadline(deadline, orThrow: timeoutError) { for task in tasks { await task.value } }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}

extension String {
    /// Whether a header name is reserved for JetStream.
    fileprivate var isJetStreamHeader: Bool { lowercased().hasPrefix("nats-") }
}
