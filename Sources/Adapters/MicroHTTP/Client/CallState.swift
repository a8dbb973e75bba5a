// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

/// The state of a call. Response, failure, deadline and cancellation compete for its result; the first one resumes the
/// caller.
///
/// It has its own continuation instead of a promise, because every call takes this path.
final class CallState: Sendable {
    private enum Phase {
        /// The caller is not waiting yet.
        case new
        case waiting(UnsafeContinuation<TransportResponse, any Error>)
        /// Ended before the caller waited.
        case endedEarly(Result<TransportResponse, any Error>)
        case finished
    }

    private struct State {
        var phase = Phase.new
        /// The connection that has sent the call, or is about to send it.
        var connection: HTTPConnection?
        /// The number of connections that were opened for the call.
        var openedConnectionCount = 0
        var timer: Scheduled<Void>?
    }

    private let state = Mutex(State())

    /// Records that the caller waits for the result.
    ///
    /// - Returns: False if the call has already ended: the caller was resumed, and nothing must be sent.
    func begin(_ continuation: UnsafeContinuation<TransportResponse, any Error>) -> Bool {
        let earlyResult = state.withLock { state -> Result<TransportResponse, any Error>? in
            guard case .endedEarly(let result) = state.phase else {
                state.phase = .waiting(continuation)
                return nil
            }
            state.phase = .finished
            return result
        }
        guard let earlyResult else { return true }
        continuation.resume(with: earlyResult)
        return false
    }

    /// Whether the caller waits for the response.
    var isWaiting: Bool {
        state.withLock { state in
            if case .waiting = state.phase { true } else { false }
        }
    }

    /// Counts a connection that is about to be opened for the call.
    ///
    /// - Returns: The number of such connections, including this one.
    func countOpenedConnection() -> Int {
        state.withLock { state in
            state.openedConnectionCount += 1
            return state.openedConnectionCount
        }
    }

    /// Sets the timer that ends the call at its deadline, once.
    func setTimer(_ make: () -> Scheduled<Void>) {
        state.withLock { state in
            guard case .waiting = state.phase, state.timer == nil else { return }
            state.timer = make()
        }
    }

    /// Records that a connection is about to send the call.
    ///
    /// - Returns: False if the call has ended: it must not be sent.
    func assign(to connection: HTTPConnection) -> Bool {
        state.withLock { state in
            guard case .waiting = state.phase else { return false }
            state.connection = connection
            return true
        }
    }

    /// Ends the call with the result from its connection.
    ///
    /// - Parameter beforeResuming: Called if this is the first result, before the caller is resumed, so that the next
    ///   call finds the connection in the pool.
    /// - Returns: Whether this was the first result.
    @discardableResult
    func end(_ result: Result<TransportResponse, any Error>, beforeResuming: () -> Void = {}) -> Bool {
        guard let completion = complete({ _ in result }) else { return false }
        beforeResuming()
        completion.continuation?.resume(with: result)
        return true
    }

    /// Ends the call for its caller, and closes the connection that is used for it.
    ///
    /// - Parameter error: Creates the error; its parameter states whether the request may have been sent.
    func abandon(_ call: HTTPCall, _ error: (_ wasSent: Bool) -> any Error) {
        guard let completion = complete({ .failure(error($0.connection != nil)) }) else { return }
        completion.connection?.abandon(call)
        completion.continuation?.resume(with: completion.result)
    }

    private struct Completion {
        let continuation: UnsafeContinuation<TransportResponse, any Error>?
        let connection: HTTPConnection?
        let result: Result<TransportResponse, any Error>
    }

    private func complete(_ makeResult: (State) -> Result<TransportResponse, any Error>) -> Completion? {
        let (completion, timer) = state.withLock { state -> (Completion?, Scheduled<Void>?) in
            let continuation: UnsafeContinuation<TransportResponse, any Error>?
            let result = makeResult(state)
            switch state.phase {
            case .new:
                state.phase = .endedEarly(result)
                continuation = nil
            case .waiting(let waiting):
                state.phase = .finished
                continuation = waiting
            case .endedEarly, .finished: return (nil, nil)
            }
            let completion = Completion(continuation: continuation, connection: state.connection, result: result)
            let timer = state.timer
            state.connection = nil
            state.timer = nil
            return (completion, timer)
        }
        timer?.cancel()
        return completion
    }
}
