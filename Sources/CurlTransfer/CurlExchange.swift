// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One request and the caller who waits for its response.
///
/// Response, error, timeout, cancellation and close race to end it; the first one does, once. The caller is resumed
/// outside the lock, as it may run on the resuming thread.
final class CurlExchange: Sendable {
    typealias Continuation = CheckedContinuation<CurlResponse, any Error>

    let request: CurlRequest
    private let state = Mutex(State.idle)

    private enum State {
        case idle
        case waiting(Continuation)
        case ended
    }

    init(_ request: CurlRequest) {
        self.request = request
    }

    /// False when the exchange ended before it began: the caller keeps the continuation.
    func begin(_ continuation: Continuation) -> Bool {
        state.withLock { state in
            guard case .idle = state else { return false }
            state = .waiting(continuation)
            return true
        }
    }

    /// Whether somebody still waits for a response.
    var isWaiting: Bool {
        state.withLock { state in
            if case .waiting = state { true } else { false }
        }
    }

    /// Ends the exchange; true when this call resumed the caller.
    @discardableResult
    func end(_ result: Result<CurlResponse, any Error>) -> Bool {
        let continuation: Continuation? = state.withLock { state in
            defer { state = .ended }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(with: result)
        return continuation != nil
    }
}
