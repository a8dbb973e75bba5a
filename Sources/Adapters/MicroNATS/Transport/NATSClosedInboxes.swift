// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule

/// The inboxes whose streams ended most recently.
struct NATSClosedInboxes {
    private static let maxCount = 1024

    private var inboxes: Set<String> = []
    private var order: Deque<String> = []

    func contains(_ inbox: String) -> Bool { inboxes.contains(inbox) }

    /// Adds an inbox. Beyond the limit the oldest is removed.
    mutating func insert(_ inbox: String) {
        if inboxes.insert(inbox).inserted { order.append(inbox) }
        if inboxes.count > Self.maxCount, let oldest = order.popFirst() { inboxes.remove(oldest) }
    }
}
