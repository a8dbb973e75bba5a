// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

/// One call, one end: response, failure, deadline and cancellation race for it, and whoever comes first resumes the
/// caller.
final class CallState: Sendable {
    private enum Phase {
        /// The caller does not wait yet.
        case new
        case waiting(UnsafeContinuation<TransportResponse, any Error>)
        /// Ended before the caller waited.
        case endedEarly(Result<TransportResponse, any Error>)
        case finished
    }

    private struct Content {
        var phase = Phase.new
        /// Who has sent it, or is about to.
        var connection: HTTPConnection?
        var timer: Scheduled<Void>?
    }

    private let content = Mutex(Content())

    /// The caller waits.
    ///
    /// - Returns: Whether there is something to wait for; otherwise it was resumed and nothing must be sent.
    func begin(_ continuation: UnsafeContinuation<TransportResponse, any Error>) -> Bool {
        let earlyResult = content.withLock { content -> Result<TransportResponse, any Error>? in
            guard case .endedEarly(let result) = content.phase else {
                content.phase = .waiting(continuation)
                return nil
            }
            content.phase = .finished
            return result
        }
        guard let earlyResult else { return true }
        continuation.resume(with: earlyResult)
        return false
    }

    /// Whether somebody still waits for the answer.
    var isWaiting: Bool {
        content.withLock { content in
            if case .waiting = content.phase { true } else { false }
        }
    }

    /// Sets the timer that ends the call at its deadline, once.
    func setTimer(_ make: () -> Scheduled<Void>) {
        content.withLock { content in
            guard case .waiting = content.phase, content.timer == nil else { return }
            content.timer = make()
        }
    }

    /// A connection is about to send the call.
    ///
    /// - Returns: Whether somebody still waits for it; otherwise it must not be sent.
    func assign(to connection: HTTPConnection) -> Bool {
        content.withLock { content in
            guard case .waiting = content.phase else { return false }
            content.connection = connection
            return true
        }
    }

    /// Ends the call, from the side of the connection.
    ///
    /// - Parameter returning: Called between the decision and the resumption of the caller, whose next call then finds
    ///   the connection in the pool.
    /// - Returns: Whether this was its end.
    @discardableResult
    func end(_ result: Result<TransportResponse, any Error>, beforeResuming: () -> Void = {}) -> Bool {
        guard let completion = complete({ _ in result }) else { return false }
        beforeResuming()
        completion.continuation?.resume(with: result)
        return true
    }

    /// Ends the call from the side of the caller; the connection that carries it is of no use any more.
    ///
    /// - Parameter error: Makes the error, told whether the request may have been sent.
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

    private func complete(_ makeResult: (Content) -> Result<TransportResponse, any Error>) -> Completion? {
        let (completion, timer) = content.withLock { content -> (Completion?, Scheduled<Void>?) in
            let continuation: UnsafeContinuation<TransportResponse, any Error>?
            let result = makeResult(content)
            switch content.phase {
            case .new:
                content.phase = .endedEarly(result)
                continuation = nil
            case .waiting(let waiting):
                content.phase = .finished
                continuation = waiting
            case .endedEarly, .finished: return (nil, nil)
            }
            let completion = Completion(continuation: continuation, connection: content.connection, result: result)
            let timer = content.timer
            content.connection = nil
            content.timer = nil
            return (completion, timer)
        }
        timer?.cancel()
        return completion
    }
}
