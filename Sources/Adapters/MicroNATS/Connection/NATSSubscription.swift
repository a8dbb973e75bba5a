// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A client's subscription, which outlives the connection to a server.
///
/// A server may refuse it at any time: because the client lacks the permission, which can be revoked while the subscription
/// is in effect, or because the client has too many subscriptions.
final class NATSSubscription: Sendable {
    private struct State {
        /// Why the server refuses the subscription; nil if it does not.
        var refusal: MicroError?
        /// The number of consecutive refusals.
        var refusalCount = 0
        /// Whether the server refused the subscription since it was last sent.
        var wasRefused = false
        /// Whether the server has accepted the subscription, on any connection.
        var isConfirmed = false
        var isRetryScheduled = false
        var waiters: [Promise<Void>] = []
        /// Why the subscription can no longer be confirmed; nil before its end.
        var end: MicroError?
    }

    let id: UInt64
    let subject: String
    let queue: String?
    /// Receives the messages. Called on the connection's thread, which it must not block.
    let receive: @Sendable ([NATSMessage]) -> Void
    /// Called when the server refuses the subscription, and with nil when it accepts it again.
    private let onRefusal: @Sendable (MicroError?) -> Void
    private let state = Mutex(State())

    init(
        id: UInt64, subject: String, queue: String?, receive: @escaping @Sendable ([NATSMessage]) -> Void,
        onRefusal: @escaping @Sendable (MicroError?) -> Void
    ) {
        self.id = id
        self.subject = subject
        self.queue = queue
        self.receive = receive
        self.onRefusal = onRefusal
    }

    /// Why the server refuses the subscription; nil if no refusal is known.
    var refusal: MicroError? { state.withLock(\.refusal) }

    /// Returns once the server has accepted the subscription.
    ///
    /// - Throws: Why the server refuses it, the error of its end, `timeoutError`, or `CancellationError`.
    func confirmation(
        by deadline: ContinuousClock.Instant, orThrow timeoutError: @autoclosure @escaping @Sendable () -> MicroError
    ) async throws {
        let promise = Promise<Void>()
        let isConfirmed = try state.withLock { state in
            if let error = state.refusal ?? state.end { throw error }
            if !state.isConfirmed { state.waiters.append(promise) }
            return state.isConfirmed
        }
        if !isConfirmed { try await promise.value(until: deadline, orThrow: timeoutError()) }
    }

    /// Ends the wait for a confirmation.
    func end(_ error: MicroError) {
        let waiters = state.withLock { state in
            state.end = error
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.reject(with: error) }
    }

    /// Called before the subscription is sent to a server.
    func willSend() { state.withLock { ($0.wasRefused, $0.isRetryScheduled) = (false, false) } }

    /// Records that the server has processed the subscription.
    func confirm() {
        let (isRestored, waiters) = state.withLock { state -> (Bool, [Promise<Void>]) in
            guard !state.wasRefused else { return (false, []) }
            let isRestored = state.refusal != nil
            (state.refusal, state.refusalCount, state.isConfirmed) = (nil, 0, true)
            defer { state.waiters = [] }
            return (isRestored, state.waiters)
        }
        for waiter in waiters { waiter.resolve() }
        if isRestored { onRefusal(nil) }
    }

    /// Records that the server refuses the subscription.
    ///
    /// - Returns: The number of earlier consecutive refusals, to schedule a retry; nil if a retry is already scheduled.
    func refuse(_ error: MicroError) -> Int? {
        let (count, waiters) = state.withLock { state -> (Int?, [Promise<Void>]) in
            (state.refusal, state.wasRefused) = (error, true)
            defer { state.waiters = [] }
            guard !state.isRetryScheduled else { return (nil, state.waiters) }
            state.isRetryScheduled = true
            defer { state.refusalCount += 1 }
            return (state.refusalCount, state.waiters)
        }
        for waiter in waiters { waiter.reject(with: error) }
        onRefusal(error)
        return count
    }
}
