// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The messages that arrive before a listener runs: calls, openings of streams, and the messages that follow an opening. A
/// key identifies the call or stream of a message.
package struct ListenerQueue<Message> {
    /// The maximum number of messages. Each may have the maximum size.
    package static var maxCount: Int { 64 }

    /// Creates an empty queue.
    package init() {}

    private var messages: [(key: String, message: Message)] = []
    /// The keys whose messages are queued, or are being handled after ``next()``.
    private var keys: Set<String> = []

    /// Whether messages of a key are queued or being handled.
    package func contains(_ key: String) -> Bool { keys.contains(key) }

    /// Queues a call or the opening of a stream.
    ///
    /// - Returns: False if the queue is full.
    package mutating func add(_ message: Message, of key: String) -> Bool {
        guard messages.count < Self.maxCount else { return false }
        messages.append((key, message))
        keys.insert(key)
        return true
    }

    /// Queues a message if earlier ones of its key are queued.
    ///
    /// - Returns: False if there are none, or the queue is full.
    package mutating func addFollowing(_ message: Message, of key: String) -> Bool {
        keys.contains(key) && add(message, of: key)
    }

    /// Removes the messages of a caller that has cancelled its call or stream.
    package mutating func remove(_ key: String) { messages.removeAll { $0.key == key } }

    /// Takes the messages that are queued; nil if there are none, which ends the queue.
    package mutating func next() -> [(key: String, message: Message)]? {
        defer { messages = [] }
        if messages.isEmpty { keys = [] }
        return messages.isEmpty ? nil : messages
    }
}
