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
    private struct Cache {
        /// Topics and patterns that the stream takes.
        var covered: Set<String> = []
        /// When it was made: one that was made again is another one.
        var created: String?
    }

    /// How many topics are remembered.
    private static let maxCachedTopics = 4096

    private let cache = Mutex(Cache())

    init(_ settings: NATSStream, api: JetStreamAPI) {
        self.settings = settings
        self.api = api
    }

    var name: String { settings.name }

    /// Makes sure that the stream takes a topic, or all topics of a pattern.
    ///
    /// - Parameter anew: Whether what is known is not to be trusted.
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    func ensureTopic(_ topic: String, refresh: Bool = false, by deadline: ContinuousClock.Instant) async throws {
        if !refresh, cache.withLock({ $0.covered.contains(topic) }) { return }
        // One after the other: an extension replaces the whole list of topics. One that another process makes at the same
        // time may be undone; who misses its topic then covers it anew.
        try await locks.withLock([name]) {
            do {
                try await extend(by: topic, deadline)
                cache.withLock { cache in
                    if cache.covered.count >= Self.maxCachedTopics { cache.covered = [] }
                    cache.covered.insert(topic)
                }
            } catch let apiError as JetStreamAPI.APIError {
                throw api.error(apiError, "does not take the topic \(topic) into the stream \(name)")
            }
        }
    }

    /// Which of the streams that had the name it was, when it was covered last.
    var created: String? { cache.withLock(\.created) }

    /// A publication was not confirmed: whatever is known of its topic may be wrong.
    func invalidate(_ topic: String) { cache.withLock { _ = $0.covered.remove(topic) } }

    private func extend(by topic: String, _ deadline: ContinuousClock.Instant) async throws {
        guard var configuration = try await existing(by: deadline) else { return try await make(for: topic, deadline) }
        let topics = configuration["subjects"] as? [String] ?? []
        if Self.covers(topics, topic) { return }
        configuration["subjects"] = Self.extended(topics, by: [topic])
        record(try await api.call("STREAM.UPDATE.\(name)", configuration, by: deadline))
    }

    private func record(_ response: JetStreamAPI.JSON) {
        cache.withLock { $0.created = response["created"] as? String ?? $0.created }
    }

    private func existing(by deadline: ContinuousClock.Instant) async throws -> JetStreamAPI.JSON? {
        do {
            let response = try await api.call("STREAM.INFO.\(name)", by: deadline)
            record(response)
            return response["config"] as? JetStreamAPI.JSON
        } catch let apiError as JetStreamAPI.APIError where apiError.code == 404 { return nil }
    }

    private func make(for topic: String, _ deadline: ContinuousClock.Instant) async throws {
        let topics = Self.extended(Self.extended([], by: settings.topics), by: [topic])
        var configuration: JetStreamAPI.JSON = [
            "name": name, "subjects": topics, "retention": "limits", "storage": settings.storage.rawValue,
            "num_replicas": settings.replicas, "max_age": settings.maxAge?.nanoseconds ?? 0,
            "max_bytes": settings.maxBytes ?? -1, "max_msgs": -1, "max_consumers": -1, "max_msg_size": -1,
            // Full is an error for who publishes, not a loss for who has not read yet.
            "discard": settings.maxBytes == nil ? "old" : "new",
        ]
        configuration["duplicate_window"] = min(settings.maxAge ?? .seconds(120), .seconds(120)).nanoseconds
        do {
            record(try await api.call("STREAM.CREATE.\(name)", configuration, by: deadline))
        } catch let apiError as JetStreamAPI.APIError where apiError.errorCode == Self.streamNameInUseCode {
            // Somebody else was quicker.
            try await extend(by: topic, deadline)
        }
    }

    /// "stream name already in use with a different configuration".
    private static let streamNameInUseCode = 10058

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
