// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import Synchronization

/// What the server knows of a subscription: which topics, and how far it has come. It is made again when the server has
/// lost it, from where it was.
final class JetStreamConsumer: Sendable {
    /// How long the server keeps one without a durable name that nobody asks.
    private static let inactiveThreshold = Duration.seconds(300)

    private let stream: JetStreamStream
    private let api: JetStreamAPI
    private let topic: String
    private let isDurable: Bool
    private let start: SubscribeOptions.Start
    private let acknowledgementTimeout: Duration
    /// Its name at the server.
    let name: String
    private struct Progress {
        /// The number of the last message that was seen, or was there before; nil while it was never made.
        var lastSequence: UInt64?
        /// The number up to which the server had everything acknowledged when it was asked last.
        var ackFloor: UInt64 = 0
        /// What was seen and is not acknowledged, as far as it is known.
        var unacknowledged: Set<UInt64> = []
        /// Where a new one has to begin if there was more than can be remembered.
        var firstUnacknowledged: UInt64?
        /// The stream that all of this is about.
        var stream: String?

        /// Where a new one goes on, so that nothing is lost; what is acknowledged already may come again.
        func resumeSequence(isDurable: Bool) -> UInt64 {
            // Of a durable one others may have what is not acknowledged.
            if isDurable { return ackFloor + 1 }
            return firstUnacknowledged ?? unacknowledged.min() ?? (lastSequence ?? 0) + 1
        }
    }

    /// How many numbers of messages are remembered.
    private static let maxUnacknowledged = 65_536

    private let progress = Mutex(Progress())

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
        name = durableName.map { Self.name($0, topic) } ?? NATSName.unique()
    }

    /// How long it waits for an acknowledgement.
    var ackWait: Duration { acknowledgementTimeout }

    /// The name of a queue, or of a durable subscription, together with its topic: a consumer has one. Dots and wildcards,
    /// which the server allows in no name, are written as what is in no topic.
    private static func name(_ durableName: String, _ topic: String) -> String {
        let replacements: [Character: Character] = [".": ",", "*": "+", ">": "#"]
        return String("\(durableName)@\(topic)".map { replacements[$0] ?? $0 })
    }

    /// The subject by which it is asked for messages.
    var nextSubject: String { "$JS.API.CONSUMER.MSG.NEXT.\(stream.name).\(name)" }

    /// A message with a number has come.
    func record(delivered sequence: UInt64) {
        progress.withLock { progress in
            progress.lastSequence = max(progress.lastSequence ?? 0, sequence)
            if progress.unacknowledged.count >= Self.maxUnacknowledged, progress.firstUnacknowledged == nil {
                progress.firstUnacknowledged = progress.unacknowledged.min()
            }
            if progress.firstUnacknowledged == nil { progress.unacknowledged.insert(sequence) }
        }
    }

    /// A message with a number must not come again.
    func record(acknowledged sequence: UInt64) { progress.withLock { _ = $0.unacknowledged.remove(sequence) } }

    /// Makes sure that the server has it.
    ///
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    func ensure(by deadline: ContinuousClock.Instant) async throws {
        try await stream.ensureTopic(topic, refresh: progress.withLock { $0.lastSequence != nil }, by: deadline)
        for attempt in 1... {
            do {
                return try await adoptOrCreate(by: deadline)
            } catch let apiError as JetStreamAPI.APIError {
                guard apiError.errorCode == Self.filterSubjectNotInStreamCode, attempt < 5 else {
                    throw api.error(apiError, "makes no consumer of \(topic) in the stream \(stream.name)")
                }
                // Somebody who extended the stream at the same time has undone it.
                try await stream.ensureTopic(topic, refresh: true, by: deadline)
            }
        }
    }

    /// "consumer filter subject is not a valid subset of the interest subjects".
    private static let filterSubjectNotInStreamCode = 10093

    private func adoptOrCreate(by deadline: ContinuousClock.Instant) async throws {
        if let existing = try await existing(by: deadline) { return try await adopt(existing, by: deadline) }
        record(try await create(deliverPolicy.merging(consumerConfiguration) { $1 }, by: deadline))
    }

    /// Has the server forget it, unless it is durable.
    func remove(by deadline: ContinuousClock.Instant) async {
        guard !isDurable else { return }
        // One that is not there is removed already, and one that cannot be removed goes for want of activity.
        _ = try? await api.call("CONSUMER.DELETE.\(stream.name).\(name)", by: deadline)
    }

    private func existing(by deadline: ContinuousClock.Instant) async throws -> JetStreamAPI.JSON? {
        do {
            return try await api.call("CONSUMER.INFO.\(stream.name).\(name)", by: deadline)
        } catch let apiError as JetStreamAPI.APIError where apiError.code == 404 { return nil }
    }

    /// Goes on with one that is there; the wait for acknowledgements is the one that was asked for last.
    private func adopt(_ response: JetStreamAPI.JSON, by deadline: ContinuousClock.Instant) async throws {
        guard var configuration = response["config"] as? JetStreamAPI.JSON else { return }
        record(response)
        guard (configuration["ack_wait"] as? NSNumber)?.int64Value != acknowledgementTimeout.nanoseconds else { return }
        configuration["ack_wait"] = acknowledgementTimeout.nanoseconds
        _ = try await create(configuration, by: deadline)
    }

    private func create(
        _ configuration: JetStreamAPI.JSON, by deadline: ContinuousClock.Instant
    ) async throws -> JetStreamAPI.JSON {
        let body: JetStreamAPI.JSON = ["stream_name": stream.name, "config": configuration]
        return try await api.call(
            isDurable ? "CONSUMER.DURABLE.CREATE.\(stream.name).\(name)" : "CONSUMER.CREATE.\(stream.name).\(name)",
            body,
            by: deadline)
    }

    private var consumerConfiguration: JetStreamAPI.JSON {
        var configuration: JetStreamAPI.JSON = [
            "name": name, "filter_subject": topic, "ack_policy": "explicit",
            "ack_wait": acknowledgementTimeout.nanoseconds,
            "max_deliver": -1, "replay_policy": "instant",
            // Those who ask bound what is under way, each for itself.
            "max_ack_pending": -1,
        ]
        if isDurable {
            configuration["durable_name"] = name
        } else {
            configuration["inactive_threshold"] = Self.inactiveThreshold.nanoseconds
        }
        return configuration
    }

    /// Where one begins that the server does not have.
    private var deliverPolicy: JetStreamAPI.JSON {
        progress.withLock { progress in
            guard progress.lastSequence != nil else { return ["deliver_policy": start == .all ? "all" : "new"] }
            // In a stream that was made again everything is new.
            guard progress.stream == stream.created else {
                progress = Progress(lastSequence: 0)
                return ["deliver_policy": "all"]
            }
            return [
                "deliver_policy": "by_start_sequence", "opt_start_seq": progress.resumeSequence(isDurable: isDurable),
            ]
        }
    }

    /// Takes from an answer how far the consumer has come.
    private func record(_ response: JetStreamAPI.JSON) {
        func sequence(_ key: String) -> UInt64 {
            ((response[key] as? JetStreamAPI.JSON)?["stream_seq"] as? NSNumber)?.uint64Value ?? 0
        }
        progress.withLock { progress in
            progress.lastSequence = max(progress.lastSequence ?? 0, sequence("delivered"))
            progress.ackFloor = max(progress.ackFloor, sequence("ack_floor"))
            progress.stream = stream.created
        }
    }
}
