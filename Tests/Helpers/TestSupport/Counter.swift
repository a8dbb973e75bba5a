// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A counter that is safe to use from any thread.
package final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    /// Creates a counter at zero.
    package init() {}

    /// The current value.
    package var value: Int { count.load(ordering: .sequentiallyConsistent) }

    /// Adds to the value, and returns the sum.
    @discardableResult
    package func add(_ step: Int = 1) -> Int { count.add(step, ordering: .sequentiallyConsistent).newValue }
}
