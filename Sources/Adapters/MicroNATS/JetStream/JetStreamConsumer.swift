// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The server's consumer of a subscription. A consumer that the server has lost is recreated at its last position.
final class JetStreamConsumer: Sendable {
    /// The time after which the server deletes a consumer without a durable name that no client uses.
    private static let inactiveThreshold = Duration.seconds(300)
    /// The number of attempts to create a consumer while other processes update the stream.
    private static let maxAttempts = 5

    /// The name at the server.
    let name: String
    /// How long the server waits for an acknowledgement.
    let acknowledgementTimeout: Duration
    private let stream: JetStreamStream
    private let api: JetStreamAPI
    private let topic: String
    private let isDurable: Bool
    private let start: SubscribeOptions.Start
    private let progress = Mutex(JetStreamConsumerProgress())
    private let lastRefresh = Mutex(ContinuousClock.now)

    init(
        stream: JetStreamStream, api: JetStreamAPI, topic: String, durableName: String?,
        start: SubscribeOptions.Start, acknowledgementTimeout: Duration
    ) {
        self.stream = stream
        self.api = api
        self.topic = topic
        self.start = start
        self.acknowledgementTimeout = acknowledgementTimeout
        isDurable = durableName != nil
        name = durableName.map { Self.name($0, topic) } ?? NATSUniqueName.make()
    }

    /// The consumer name of a queue or durable subscription and its topic: a consumer has one topic. Dots and wildcards are
    /// not allowed in consumer names, and are replaced by characters that are not allowed in topics.
    private static func name(_ durableName: String, _ topic: String) -> String {
        let replacements: [Character: Character] = [".": ",", "*": "+", ">": "#"]
        return String("\(durableName)@\(topic)".map { replacements[$0] ?? $0 })
    }

    /// The subject of requests for messages.
    var nextSubject: String { JetStreamAPI.nextSubject(name, of: stream.name) }

    func recordDelivery(_ metadata: JetStreamMessageMetadata) { progress.withLock { $0.recordDelivery(metadata) } }

    /// Records that a message must not be delivered again.
    func recordAcknowledgement(of sequence: UInt64) { progress.withLock { $0.recordAcknowledgement(of: sequence) } }

    /// Ensures that the server has the consumer.
    ///
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`.
    func ensure(by deadline: ContinuousClock.Instant) async throws {
        try await stream.ensureTopic(topic, refresh: progress.withLock { $0.lastSequence != nil }, by: deadline)
        for attempt in 1... {
            do {
                return try await adoptOrCreate(by: deadline)
            } catch let apiError as ApiError {
                guard apiError.errCode == .consumerFilterNotSubset, attempt < Self.maxAttempts else {
                    throw api.error(apiError, "did not create a consumer of \(topic) in the stream \(stream.name)")
                }
                // Another process has updated the stream concurrently and removed the topic.
                try await stream.ensureTopic(topic, refresh: true, by: deadline)
            }
        }
    }

    private func adoptOrCreate(by deadline: ContinuousClock.Instant) async throws {
        if let info = try await api.consumerInfo(name, of: stream.name, by: deadline) {
            guard progress.withLock({ $0.isOutdated(info) }) else { return try await adopt(info, by: deadline) }
            try await api.deleteConsumer(name, of: stream.name, by: deadline)
        }
        record(try await create(config(), by: deadline))
    }

    /// How long a client that shares the consumer uses its cached state of other clients' acknowledgements. If the
    /// consumer is lost, at most the messages of this period are delivered again.
    private static let sharedRefreshInterval = Duration.seconds(1)
    /// The interval at which the consumer is always checked, because it may have been deleted or changed without a
    /// notification.
    private static let refreshInterval = Duration.seconds(10)

    /// When ``ensure(by:)`` should be called again.
    var nextRefresh: ContinuousClock.Instant {
        progress.withLock { progress in
            let interval = progress.isStale ? Self.sharedRefreshInterval : Self.refreshInterval
            return lastRefresh.withLock(\.self) + interval
        }
    }

    /// Deletes the consumer, unless it is durable.
    func remove(by deadline: ContinuousClock.Instant) async {
        guard !isDurable else { return }
        // If this fails, the server deletes the consumer later, because it is no longer used.
        try? await api.deleteConsumer(name, of: stream.name, by: deadline)
    }

    /// Uses an existing consumer. The latest subscription determines the acknowledgement timeout.
    private func adopt(_ info: ConsumerInfo, by deadline: ContinuousClock.Instant) async throws {
        guard var config = info.config else { return }
        record(info)
        let ackWait = acknowledgementTimeout.wholeNanoseconds
        guard config.ackWait != ackWait || config.filterSubject != topic else { return }
        (config.ackWait, config.filterSubject) = (ackWait, topic)
        _ = try await create(config, by: deadline)
    }

    private func create(_ config: ConsumerConfig, by deadline: ContinuousClock.Instant) async throws -> ConsumerInfo {
        try await api.createConsumer(name, of: stream.name, config, by: deadline)
    }

    private func config() -> ConsumerConfig {
        var config = ConsumerConfig(name: name, filterSubject: topic, deliverPolicy: deliverPolicy())
        config.ackWait = acknowledgementTimeout.wholeNanoseconds
        if isDurable {
            config.durableName = name
        } else {
            config.inactiveThreshold = Self.inactiveThreshold.wholeNanoseconds
        }
        return config
    }

    /// The start position of a consumer that the server does not have.
    private func deliverPolicy() -> ConsumerConfig.DeliverPolicy {
        progress.withLock { progress in
            guard progress.lastSequence != nil else { return start == .all ? .all : .new }
            // Every message of a recreated stream is new.
            guard progress.streamCreated == stream.created else {
                progress = .beginning
                return .all
            }
            return .byStartSequence(progress.resumeSequence)
        }
    }

    private func record(_ info: ConsumerInfo) {
        progress.withLock { $0.record(info, ofStream: stream.created) }
        lastRefresh.withLock { $0 = .now }
    }
}
