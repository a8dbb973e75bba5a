// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A topic whose events an app receives, by `POST` to a path. Its JSON has the names of the properties.
public struct AppSubscription: Sendable, Hashable, Codable {
    private enum CodingKeys: String, CodingKey { case topic, path, queue, maxAttempts, deadLetterTopic }

    /// The topic, or a pattern if the broker supports wildcards.
    public var topic: String
    /// The path at the address of the app; `/events` and the topic by default: `/events/user.created`.
    public var path: String
    /// The queue: among all subscribers with the same queue, one gets each event. Nil for the name of the app, empty for none.
    public var queue: String?
    /// The maximum number of deliveries of an event that the app does not handle; 10 by default. Attempts to reach an app that
    /// is unreachable do not count.
    public var maxAttempts: Int
    /// The topic for events that were not handled; nil, the default, to drop them.
    public var deadLetterTopic: String?

    /// Creates a subscription.
    public init(
        topic: String, path: String? = nil, queue: String? = nil, maxAttempts: Int = 10, deadLetterTopic: String? = nil
    ) {
        self.topic = topic
        self.path = path ?? "/events/\(topic)"
        self.queue = queue
        self.maxAttempts = maxAttempts
        self.deadLetterTopic = deadLetterTopic
    }

    /// Reads JSON. Only `topic` is required.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            topic: try container.decode(String.self, forKey: .topic),
            path: try container.decodeIfPresent(String.self, forKey: .path),
            queue: try container.decodeIfPresent(String.self, forKey: .queue),
            maxAttempts: try container.decodeIfPresent(Int.self, forKey: .maxAttempts) ?? 10,
            deadLetterTopic: try container.decodeIfPresent(String.self, forKey: .deadLetterTopic))
    }

    /// Checks the values.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidTopic`, `invalidName` or `invalidArgument`.
    func validate() throws {
        try TopicRules.check(pattern: topic)
        if let queue, !queue.isEmpty { try TopicRules.check(queue: queue) }
        if let deadLetterTopic { try TopicRules.check(topic: deadLetterTopic) }
        let isPath = path.hasPrefix("/") && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
        guard isPath, maxAttempts >= 1 else {
            throw MicroError(
                .invalidArgument,
                "the subscription to \(topic) needs a path that begins with a slash, and at least one attempt",
                origin: MicroError.Origin.broker)
        }
    }
}
