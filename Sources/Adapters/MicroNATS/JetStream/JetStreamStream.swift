// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The stream of a broker. It is created on demand, and topics are added on demand.
final class JetStreamStream: Sendable {
    private struct Cache {
        /// Topics and patterns that the stream is known to accept.
        var coveredTopics: Set<String> = []
        /// The creation time of the stream: a recreated stream has another one.
        var created: String?
    }

    private static let maxCachedTopics = 4096

    private let settings: NATSStream
    private let api: JetStreamAPI
    private let updateLock = KeyedLock<String>()
    private let cache = Mutex(Cache())

    init(_ settings: NATSStream, api: JetStreamAPI) {
        self.settings = settings
        self.api = api
    }

    var name: String { settings.name }

    /// Ensures that the stream accepts a topic, or all topics of a pattern.
    ///
    /// - Parameter refresh: Whether to query the server even if the topic is known to be accepted.
    /// - Throws: ``/MicroCore/MicroError``, `CancellationError`.
    func ensureTopic(_ topic: String, refresh: Bool = false, by deadline: ContinuousClock.Instant) async throws {
        if !refresh, cache.withLock({ $0.coveredTopics.contains(topic) }) { return }
        // An update replaces the whole list of topics, so that updates are made one at a time. Another process may still
        // undo one: see addTopic.
        try await updateLock.withLock([name]) {
            do {
                try await addTopic(topic, deadline)
                cache.withLock { cache in
                    if cache.coveredTopics.count >= Self.maxCachedTopics { cache.coveredTopics = [] }
                    cache.coveredTopics.insert(topic)
                }
            } catch let apiError as ApiError {
                throw api.error(apiError, "did not add the topic \(topic) to the stream \(name)")
            }
        }
    }

    /// The creation time of the stream when it was last read or written.
    var created: String? { cache.withLock(\.created) }

    /// Removes a topic from the accepted ones after a publication to it has failed.
    func invalidate(_ topic: String) { cache.withLock { _ = $0.coveredTopics.remove(topic) } }

    private func addTopic(_ topic: String, _ deadline: ContinuousClock.Instant) async throws {
        while true {
            guard let info = try await api.streamInfo(name, by: deadline) else {
                return try await create(for: topic, deadline)
            }
            record(info)
            var config = info.config
            if Self.covers(config.subjects, topic) { return }
            config.subjects = Self.extended(config.subjects, by: [topic])
            record(try await api.updateStream(name, config, by: deadline))
            // The server compares no revisions. Another process that read the list before this update may write it after
            // it: the list is read again once such a process has written. The random delay separates processes that
            // undo the updates of each other.
            try await Task.sleep(for: .milliseconds(.random(in: 20...60)))
        }
    }

    private func record(_ info: StreamInfo) { cache.withLock { $0.created = info.created ?? $0.created } }

    private func create(for topic: String, _ deadline: ContinuousClock.Instant) async throws {
        do {
            record(try await api.createStream(name, config(for: topic), by: deadline))
        } catch let apiError as ApiError where apiError.errCode == .streamNameExists {
            // Another process created it first.
            try await addTopic(topic, deadline)
        }
    }

    private func config(for topic: String) -> StreamConfig {
        var config = StreamConfig(name: name, storage: settings.storage.rawValue)
        config.subjects = Self.extended(Self.extended([], by: settings.topics), by: [topic])
        config.numReplicas = Int64(settings.replicas)
        config.maxAge = settings.maxAge?.wholeNanoseconds ?? 0
        config.maxBytes = settings.maxBytes.map(Int64.init) ?? -1
        // A full stream rejects new messages instead of dropping messages that were not read yet.
        config.discard = settings.maxBytes == nil ? "old" : "new"
        config.duplicateWindow = min(settings.maxAge ?? .seconds(120), .seconds(120)).wholeNanoseconds
        return config
    }

    private static func covers(_ topics: [String], _ topic: String) -> Bool {
        topics.contains { $0 == topic || TopicPattern($0).matches(topic) }
    }

    /// Adds topics, and removes topics that an added pattern covers, because the server accepts no overlaps.
    private static func extended(_ topics: [String], by more: [String]) -> [String] {
        more.reduce(topics) { topics, topic in
            guard !covers(topics, topic) else { return topics }
            let pattern = TopicPattern(topic)
            return topics.filter { !pattern.matches($0) } + [topic]
        }
    }
}
