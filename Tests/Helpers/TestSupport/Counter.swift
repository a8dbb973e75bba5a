// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number that tests count with from anywhere.
package final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    /// A counter at zero.
    package init() {}

    /// The number now.
    package var value: Int { count.load(ordering: .sequentiallyConsistent) }

    /// Adds to the number, and returns the sum.
    @discardableResult
    package func add(_ step: Int = 1) -> Int { count.add(step, ordering: .sequentiallyConsistent).newValue }
}
