// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import MicroCore

/// The stored messages, by consecutive sequence numbers.
struct MemoryMessages {
    struct Entry {
        let topic: String
        let message: BrokerMessage
        let size: Int

        init(_ message: BrokerMessage, _ topic: String) {
            self.topic = topic
            self.message = message
            size = message.size + topic.utf8.count
        }
    }

    private var entries: Deque<Entry> = []
    private(set) var bytes = 0
    /// The sequence number of the oldest message.
    private(set) var first = 1

    /// The sequence number of the next message.
    var end: Int { first + entries.count }

    var count: Int { entries.count }

    /// The message with a sequence number between ``first`` and ``end``.
    subscript(sequence: Int) -> Entry { entries[sequence - first] }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
        bytes += entry.size
    }

    mutating func removeFirst() {
        guard let entry = entries.popFirst() else { return }
        bytes -= entry.size
        first += 1
    }

    mutating func removeAll() { while !entries.isEmpty { removeFirst() } }
}
