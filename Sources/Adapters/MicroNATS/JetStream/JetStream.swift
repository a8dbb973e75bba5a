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
    static let identity = "Nats-Msg-Id"
    /// What our own identities begin with.
    private static let identityPrefix = "swift-micro-"
    /// The most that ``identity`` adds to a message, in bytes.
    static let ownHeaderSize = 96

    private let stream: JetStreamStream
    private let api: JetStreamAPI
    private let link: NATSLink
    private let requests: NATSRequests
    private let format: NATSFormat
    private let logger: Logger
    private let origin = NATSName.unique()
    private let content = Mutex<(published: UInt64, tasks: [ObjectIdentifier: Task<Void, Never>])>((0, [:]))

    init(_ stream: NATSStream, link: NATSLink, requests: NATSRequests, format: NATSFormat, logger: Logger) {
        let api = JetStreamAPI(link: link, requests: requests)
        self.api = api
        self.stream = JetStreamStream(stream, api: api)
        self.link = link
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
    func publish(_ message: Message, to topic: String) async throws {
        if let (name, _) = message.headers.first(where: { $0.name.isCommandToJetStream }) {
            throw MicroError(
                .invalidArgument, "the header \(name) cannot be published: it is a command to JetStream",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
        var message = message
        message.headers.add(Self.identity, makeIdentity())
        try await store(message, topic, by: .now + link.configuration.timeout)
    }

    /// Stores what could not be handled, as it came.
    ///
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    func bury(_ message: NATSMessage, in topic: String) async throws {
        var letter = Message(body: message.body)
        for (name, value) in message.headers where !name.isCommandToJetStream { letter.headers.add(name, value) }
        try TopicRules.check(headers: letter.headers)
        guard NATSHeaderBlock.payloadSize(of: letter) + Self.ownHeaderSize <= link.largestPayload else {
            throw MicroError(
                .payloadTooLarge, "what was given up is too large to be published again",
                origin: MicroError.Origin.broker)
        }
        letter.headers.add(Self.identity, makeIdentity())
        try await store(letter, topic, by: .now + link.configuration.timeout)
    }

    private func store(_ message: Message, _ topic: String, by deadline: ContinuousClock.Instant) async throws {
        for attempt in 0... {
            let problem: MicroError
            do {
                // Who subscribes by the core of NATS gets a publication as well: that it has come to somebody says nothing.
                try await stream.cover(topic, by: deadline)
                let reply = try await requests.request(message, to: topic, by: deadline)
                guard reply.status == 503 else { return try api.check(publication: reply, to: topic) }
                // No stream takes the topic, or not now.
                stream.forget(topic)
                problem = notStored(topic)
            } catch let error as MicroError where error.code == .unavailable { problem = error } catch {
                stream.forget(topic)
                throw error
            }
            let pause = Backoff(base: .milliseconds(20), limit: .seconds(1)).delay(attempt: attempt)
            guard deadline - .now > pause else { throw problem }
            try await Task.sleep(for: pause)
        }
    }

    private func notStored(_ topic: String) -> MicroError {
        MicroError(
            .unavailable,
            "the stream \(stream.name) of \(link.description) does not take what is published to \(topic)",
            origin: MicroError.Origin.broker)
    }

    private func makeIdentity() -> String {
        let number = content.withLock { content in
            content.published += 1
            return content.published
        }
        return "\(Self.identityPrefix)\(origin)-\(number)"
    }

    /// The message as its publisher knows it.
    func read(_ message: NATSMessage) -> Message {
        var headers = message.headers
        if headers[Self.identity]?.hasPrefix(Self.identityPrefix) == true { headers[Self.identity] = nil }
        return format.read(
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
            acknowledgeWait: options.acknowledgeWait ?? link.configuration.acknowledgeWait)
        let limit = min(options.maximumInFlight ?? link.configuration.maximumInFlight, options.bufferedMessages)
        return try JetStreamFeed(
            source, consumer: consumer, of: self, link: link, maximumInFlight: limit,
            maximumBytes: options.bufferedBytes,
            maximumAttempts: options.maximumAttempts, deadLetterTopic: options.deadLetterTopic, logger: logger)
    }

    /// Keeps the task of a feed until it is over.
    func own(_ feed: JetStreamFeed, _ body: @escaping @Sendable () async -> Void) {
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
