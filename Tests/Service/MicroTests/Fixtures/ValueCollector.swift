// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Collects values of concurrent handlers.
final class ValueCollector<Value: Sendable>: Sendable {
    private let state = Mutex<[Value]>([])

    var values: [Value] { state.withLock(\.self) }

    func add(_ value: Value) { state.withLock { $0.append(value) } }
}
