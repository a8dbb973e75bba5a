// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Collects values of concurrent handlers.
package final class ValueCollector<Value: Sendable>: Sendable {
    private let state = Mutex<[Value]>([])

    /// Creates an empty collector.
    package init() {}

    /// All values so far, in the order in which they were added.
    package var values: [Value] { state.withLock(\.self) }

    /// Adds a value.
    package func add(_ value: Value) { state.withLock { $0.append(value) } }
}
