// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import Synchronization

/// What the server knows of a subscription: which topics, and how far it has come. It is made again when the server has
/// lost it, from where it was.
final class JetStreamConsumer: Sendable {
    /// How long the server keeps one without a durable name that nobody asks.
    private static let inactivity = Duration.seconds(300)

    private let stream: JetStreamStream
    private let api: JetStreamAPI
    private let topic: String
    private let isDurable: Bool
    private let start: SubscribeOptions.Start
    private let acknowledgeWait: Duration
    /// Its name at the server.
    let name: String
    private struct Progress {
        /// The number of the last message that was seen, or was there before; nil while it was never made.
        var position: UInt64?
        /// The number up to which the server had everything acknowledged when it was asked last.
        var floor: UInt64 = 0
        /// What was seen and is not acknowledged, as far as it is known.
        var open: Set<UInt64> = []
        /// Where a new one has to begin if there was more than can be remembered.
        var openFrom: UInt64?
        /// The stream that all of this is about.
        var stream: String?

        /// Where a new one goes on, so that nothing is lost; what is acknowledged already may come again.
        func resumption(isDurable: Bool) -> UInt64 {
            // Of a durable one others may have what is not acknowledged.
            if isDurable { return floor + 1 }
            return openFrom ?? open.min() ?? (position ?? 0) + 1
        }
    }

    /// How many numbers of messages are remembered.
    private static let mostOpen = 65_536

    private let progress = Mutex(Progress())

    init(
        stream: JetStreamStream, api: JetStreamAPI, topic: String, durableName: String?,
        start: SubscribeOptions.Start, acknowledgeWait: Duration
    ) {
        self.stream = stream
        self.api = api
        self.topic = topic
        self.start = start
        self.acknowledgeWait = acknowledgeWait
        isDurable = durableName != nil
        name = durableName.map { Self.name($0, topic) } ?? NATSName.unique()
    }

    /// How long it waits for an acknowledgement.
    var patience: Duration { acknowledgeWait }

    /// The name of a queue, or of a durable subscription, together with its topic: a consumer has one. Dots and wildcards,
    /// which the server allows in no name, are written as what is in no topic.
    private static func name(_ durableName: String, _ topic: String) -> String {
        let replacements: [Character: Character] = [".": ",", "*": "+", ">": "#"]
        return String("\(durableName)@\(topic)".map { replacements[$0] ?? $0 })
    }

    /// The subject by which it is asked for messages.
    var nextSubject: String { "$JS.API.CONSUMER.MSG.NEXT.\(stream.name).\(name)" }

    /// A message with a number has come.
    func note(delivered sequence: UInt64) {
        progress.withLock { progress in
            progress.position = max(progress.position ?? 0, sequence)
            if progress.open.count >= Self.mostOpen, progress.openFrom == nil {
                progress.openFrom = progress.open.min()
            }
            if progress.openFrom == nil { progress.open.insert(sequence) }
        }
    }

    /// A message with a number must not come again.
    func note(acknowledged sequence: UInt64) { progress.withLock { _ = $0.open.remove(sequence) } }

    /// Makes sure that the server has it.
    ///
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    func ensure(by deadline: ContinuousClock.Instant) async throws {
        try await stream.cover(topic, anew: progress.withLock { $0.position != nil }, by: deadline)
        for attempt in 1... {
            do {
                return try await adoptOrCreate(by: deadline)
            } catch let refusal as JetStreamAPI.Refusal {
                guard refusal.detail == Self.isNotCovered, attempt < 5 else {
                    throw api.error(refusal, "makes no consumer of \(topic) in the stream \(stream.name)")
                }
                // Somebody who extended the stream at the same time has undone it.
                try await stream.cover(topic, anew: true, by: deadline)
            }
        }
    }

    /// "consumer filter subject is not a valid subset of the interest subjects".
    private static let isNotCovered = 10093

    private func adoptOrCreate(by deadline: ContinuousClock.Instant) async throws {
        if let present = try await present(by: deadline) { return try await adopt(present, by: deadline) }
        note(try await create(beginning.merging(own) { $1 }, by: deadline))
    }

    /// Has the server forget it, unless it is durable.
    func remove(by deadline: ContinuousClock.Instant) async {
        guard !isDurable else { return }
        // One that is not there is removed already, and one that cannot be removed goes for want of activity.
        _ = try? await api.ask("CONSUMER.DELETE.\(stream.name).\(name)", by: deadline)
    }

    private func present(by deadline: ContinuousClock.Instant) async throws -> JetStreamAPI.JSON? {
        do {
            return try await api.ask("CONSUMER.INFO.\(stream.name).\(name)", by: deadline)
        } catch let refusal as JetStreamAPI.Refusal where refusal.code == 404 { return nil }
    }

    /// Goes on with one that is there; the wait for acknowledgements is the one that was asked for last.
    private func adopt(_ answer: JetStreamAPI.JSON, by deadline: ContinuousClock.Instant) async throws {
        guard var configuration = answer["config"] as? JetStreamAPI.JSON else { return }
        note(answer)
        guard (configuration["ack_wait"] as? NSNumber)?.int64Value != acknowledgeWait.nanoseconds else { return }
        configuration["ack_wait"] = acknowledgeWait.nanoseconds
        _ = try await create(configuration, by: deadline)
    }

    private func create(
        _ configuration: JetStreamAPI.JSON, by deadline: ContinuousClock.Instant
    ) async throws -> JetStreamAPI.JSON {
        let body: JetStreamAPI.JSON = ["stream_name": stream.name, "config": configuration]
        return try await api.ask(
            isDurable ? "CONSUMER.DURABLE.CREATE.\(stream.name).\(name)" : "CONSUMER.CREATE.\(stream.name).\(name)",
            body,
            by: deadline)
    }

    private var own: JetStreamAPI.JSON {
        var configuration: JetStreamAPI.JSON = [
            "name": name, "filter_subject": topic, "ack_policy": "explicit", "ack_wait": acknowledgeWait.nanoseconds,
            "max_deliver": -1, "replay_policy": "instant",
            // Those who ask bound what is under way, each for itself.
            "max_ack_pending": -1,
        ]
        if isDurable {
            configuration["durable_name"] = name
        } else {
            configuration["inactive_threshold"] = Self.inactivity.nanoseconds
        }
        return configuration
    }

    /// Where one begins that the server does not have.
    private var beginning: JetStreamAPI.JSON {
        progress.withLock { progress in
            guard progress.position != nil else { return ["deliver_policy": start == .all ? "all" : "new"] }
            // In a stream that was made again everything is new.
            guard progress.stream == stream.created else {
                progress = Progress(position: 0)
                return ["deliver_policy": "all"]
            }
            return [
                "deliver_policy": "by_start_sequence", "opt_start_seq": progress.resumption(isDurable: isDurable),
            ]
        }
    }

    /// Takes from an answer how far the consumer has come.
    private func note(_ answer: JetStreamAPI.JSON) {
        func sequence(_ key: String) -> UInt64 {
            ((answer[key] as? JetStreamAPI.JSON)?["stream_seq"] as? NSNumber)?.uint64Value ?? 0
        }
        progress.withLock { progress in
            progress.position = max(progress.position ?? 0, sequence("delivered"))
            progress.floor = max(progress.floor, sequence("ack_floor"))
            progress.stream = stream.created
        }
    }
}
