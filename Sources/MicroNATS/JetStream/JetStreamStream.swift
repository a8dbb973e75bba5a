// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import Synchronization

/// The stream that a broker uses: made on demand, and extended by topics on demand.
final class JetStreamStream: Sendable {
    private let settings: NATSStream
    private let api: JetStreamAPI
    private let locks = KeyedLock<String>()
    /// What the stream is known to take.
    private let covered = Mutex<[String]>([])

    init(_ settings: NATSStream, api: JetStreamAPI) {
        self.settings = settings
        self.api = api
    }

    var name: String { settings.name }

    /// Makes sure that the stream takes a topic, or all topics of a pattern.
    ///
    /// - Parameter anew: Whether what is known is not to be trusted.
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    func cover(_ topic: String, anew: Bool = false, by deadline: ContinuousClock.Instant) async throws {
        if !anew, covered.withLock({ Self.covers($0, topic) }) { return }
        // One after the other: an extension replaces the whole list of topics. One that another process makes at the same
        // time may be undone; who misses its topic then covers it anew.
        try await locks.withLock([name]) {
            do {
                let topics = try await extend(by: topic, deadline)
                covered.withLock { $0 = topics }
            } catch let refusal as JetStreamAPI.Refusal {
                throw api.error(refusal, "does not take the topic \(topic) into the stream \(name)")
            }
        }
    }

    /// The number of the last message; 0 for an empty stream.
    func lastSequence(by deadline: ContinuousClock.Instant) async throws -> UInt64 {
        let state = try await api.ask("STREAM.INFO.\(name)", by: deadline)["state"] as? JetStreamAPI.JSON
        return (state?["last_seq"] as? NSNumber)?.uint64Value ?? 0
    }

    private func extend(by topic: String, _ deadline: ContinuousClock.Instant) async throws -> [String] {
        guard var configuration = try await present(by: deadline) else { return try await make(for: topic, deadline) }
        let topics = configuration["subjects"] as? [String] ?? []
        if Self.covers(topics, topic) { return topics }
        let extended = Self.extended(topics, by: [topic])
        configuration["subjects"] = extended
        _ = try await api.ask("STREAM.UPDATE.\(name)", configuration, by: deadline)
        return extended
    }

    private func present(by deadline: ContinuousClock.Instant) async throws -> JetStreamAPI.JSON? {
        do {
            return try await api.ask("STREAM.INFO.\(name)", by: deadline)["config"] as? JetStreamAPI.JSON
        } catch let refusal as JetStreamAPI.Refusal where refusal.code == 404 { return nil }
    }

    private func make(for topic: String, _ deadline: ContinuousClock.Instant) async throws -> [String] {
        let topics = Self.extended(Self.extended([], by: settings.topics), by: [topic])
        var configuration: JetStreamAPI.JSON = [
            "name": name, "subjects": topics, "retention": "limits", "storage": settings.storage.rawValue,
            "num_replicas": settings.replicas, "max_age": settings.maximumAge?.nanoseconds ?? 0,
            "max_bytes": settings.maximumBytes ?? -1, "max_msgs": -1, "max_consumers": -1, "max_msg_size": -1,
            // Full is an error for who publishes, not a loss for who has not read yet.
            "discard": settings.maximumBytes == nil ? "old" : "new",
        ]
        configuration["duplicate_window"] = min(settings.maximumAge ?? .seconds(120), .seconds(120)).nanoseconds
        do {
            _ = try await api.ask("STREAM.CREATE.\(name)", configuration, by: deadline)
            return topics
        } catch let refusal as JetStreamAPI.Refusal where refusal.detail == Self.isThere {
            // Somebody else was quicker.
            return try await extend(by: topic, deadline)
        }
    }

    /// "stream name already in use with a different configuration".
    private static let isThere = 10058

    private static func covers(_ topics: [String], _ topic: String) -> Bool {
        topics.contains { $0 == topic || TopicPattern($0).matches(topic) }
    }

    /// Without those that others of them cover: the server wants no overlaps.
    private static func extended(_ topics: [String], by more: [String]) -> [String] {
        more.reduce(topics) { topics, topic in
            guard !covers(topics, topic) else { return topics }
            let pattern = TopicPattern(topic)
            return topics.filter { !pattern.matches($0) } + [topic]
        }
    }
}

extension Duration {
    /// As JetStream takes it; as much as there can be for what is longer.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isTooMuch) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return isTooMuch ? .max : whole &+ attoseconds / 1_000_000_000
    }
}
