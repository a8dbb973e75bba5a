// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
import Synchronization

/// Records the states of a watch.
package final class RegistryStateRecorder: Sendable {
    private let states = Mutex<[RegistryState]>([])
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Starts to read the watch.
    package init(_ watch: RegistryWatch) {
        let task = Task { [weak self] in
            for await state in watch { self?.states.withLock { $0.append(state) } }
        }
        self.task.withLock { $0 = task }
    }

    /// All states so far, in order.
    package var all: [RegistryState] { states.withLock { $0 } }

    /// The latest state.
    package var value: RegistryState? { states.withLock { $0.last } }

    /// Whether the latest state is live.
    package var isLive: Bool {
        if case .live = value?.freshness { true } else { false }
    }

    /// The reason why the latest state is not live; nil if it is, or if there is none.
    package var cause: MicroError? {
        switch value?.freshness {
        case .stale(_, let cause), .unknown(let cause): cause
        case .live, nil: nil
        }
    }
}
