// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The latest result of the blocking query of a ``ConsulCatalog``, for the task that reads the services.
final class CatalogUpdates: Sendable {
    private struct State {
        var event: ConsulBlockingQuery<Void>.Event?
        var isHistoryInterrupted = false
    }

    /// Yields at least one element after each result.
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let state = Mutex(State())

    init() { (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func store(_ event: ConsulBlockingQuery<Void>.Event) {
        state.withLock { state in
            state.event = event
            if case .value(_, isHistoryInterrupted: true) = event { state.isHistoryInterrupted = true }
        }
        signal.yield()
    }

    /// Yields another element without a result.
    func repeatSignal() { signal.yield() }

    /// Whether Consul can be read; nil before the first result.
    var lastResult: Result<Void, MicroError>? {
        switch state.withLock({ $0.event }) {
        case .value: .success(())
        case .failure(let cause): .failure(cause)
        case nil: nil
        }
    }

    /// Whether a result since the last call does not continue the history of the results before it.
    func takeHistoryInterruption() -> Bool {
        state.withLock { state in
            defer { state.isHistoryInterrupted = false }
            return state.isHistoryInterrupted
        }
    }
}
