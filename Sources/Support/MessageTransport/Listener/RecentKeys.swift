// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule

/// The 1,024 keys that were added most recently, such as those of streams that have ended.
package struct RecentKeys {
    private static let maxCount = 1024

    private var keys: Set<String> = []
    private var order: Deque<String> = []

    /// Creates an empty set.
    package init() {}

    /// Whether a key is one of the most recent ones.
    package func contains(_ key: String) -> Bool { keys.contains(key) }

    /// Adds a key, and removes the oldest one beyond the limit. Adding a key that is present does not change its age.
    package mutating func insert(_ key: String) {
        if keys.insert(key).inserted { order.append(key) }
        if keys.count > Self.maxCount, let oldest = order.popFirst() { keys.remove(oldest) }
    }
}
