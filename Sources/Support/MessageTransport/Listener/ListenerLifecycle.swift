// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
import Synchronization

/// The phases of a listener at a message broker, the messages that arrive before it runs, and the number of its calls and
/// streams.
package final class ListenerLifecycle<Message: Sendable>: Sendable {
    package typealias Handlers = (call: TransportHandler, streams: TransportStreamLookup)

    private enum Phase {
        /// Messages are queued.
        case bound
        case running(Handlers)
        /// New calls are refused; those in flight continue.
        case draining
        case ended
    }

    private struct State {
        var phase = Phase.bound
        var isAborted = false
        var queue = ListenerQueue<Message>()
        /// Whether queued messages are being handled, which one task does at a time to preserve their order.
        var isHandlingQueue = false
        var sessionCount = 0
        var drainers: [Promise<Void>] = []
        var onEnd: (@Sendable () -> Void)?

        /// Whether no call or stream is in progress, and no queued message is being handled.
        var isIdle: Bool { sessionCount == 0 && !isHandlingQueue }

        /// Takes those that wait until the listener is idle, if it is.
        mutating func takeDrainers() -> [Promise<Void>] {
            guard isIdle else { return [] }
            defer { drainers = [] }
            return drainers
        }
    }

    /// The maximum number of concurrent calls and streams.
    package static var maxSessions: Int { 4096 }

    private let address: Address
    private let state = Mutex(State())
    private let hasEnded = Promise<Void>()

    /// - Parameter address: The address of the listener, for messages.
    package init(address: Address) { self.address = address }

    /// Calls the action when the listener has ended.
    package func onEnd(_ action: @escaping @Sendable () -> Void) {
        let hasEnded = state.withLock { state in
            if case .ended = state.phase { return true }
            state.onEnd = action
            return false
        }
        if hasEnded { action() }
    }

    /// Lets calls begin, and returns when the listener has ended.
    ///
    /// - Parameters:
    ///   - handle: Handles a message that was queued.
    ///   - cancel: Ends the listener if the task is cancelled.
    /// - Throws: ``/MicroCore/MicroError`` with `closed` if the listener has already run.
    package func run(
        _ handlers: Handlers, handle: (String, Message) -> Void, cancel: @escaping @Sendable () -> Void
    ) async throws {
        try state.withLock { state in
            guard case .bound = state.phase else {
                throw MicroError(
                    .closed, "the listener at \(address) has already run", origin: MicroError.Origin.transport)
            }
            state.phase = .running(handlers)
        }
        handleQueue(handle)
        await withTaskCancellationHandler {
            // Without an error: only `end()` resolves it.
            try? await hasEnded.uncancellableValue()
        } onCancel: {
            cancel()
        }
    }

    /// Lets no further call begin, and waits for those in flight, up to the deadline.
    ///
    /// - Parameter handle: Refuses a message that was queued.
    package func drain(deadline: ContinuousClock.Instant, handle: (String, Message) -> Void) async {
        beginDraining()
        handleQueue(handle)
        let timeoutError = MicroError(
            .deadlineExceeded, "calls are still running", origin: MicroError.Origin.transport)
        // At the deadline, the caller cancels the others.
        try? await withCancellationShield(limit: deadline - .now, orThrow: timeoutError) {
            try await self.waitForSessions()
        }
    }

    /// Lets no further call begin.
    package func beginDraining() {
        state.withLock { state in
            if case .ended = state.phase { return }
            state.phase = .draining
        }
    }

    /// Lets no further call begin, before the listener cancels the calls and streams in progress. One that was admitted
    /// before, but that the listener does not have in its state yet, is cancelled when it is added: see ``isAborted``.
    package func abort() {
        beginDraining()
        state.withLock { $0.isAborted = true }
    }

    /// Whether the listener was aborted, so that a call or stream that is added to its state has to be cancelled.
    package var isAborted: Bool { state.withLock(\.isAborted) }

    /// Ends the listener. Ending it twice has no effect.
    package func end() {
        let action = state.withLock { state in
            state.phase = .ended
            defer { state.onEnd = nil }
            return state.onEnd
        }
        action?()
        hasEnded.resolve()
    }

    private func waitForSessions() async throws {
        let promise = Promise<Void>()
        let isIdle = state.withLock { state in
            if !state.isIdle { state.drainers.append(promise) }
            return state.isIdle
        }
        if !isIdle { try await promise.value() }
    }

    // MARK: Messages that arrive before the listener runs

    /// Handles the queued messages. Later messages of the same keys are queued behind them to preserve their order. Does
    /// nothing while another task handles them.
    private func handleQueue(_ handle: (String, Message) -> Void) {
        let isFirst = state.withLock { state in
            defer { state.isHandlingQueue = true }
            return !state.isHandlingQueue
        }
        guard isFirst else { return }
        while let messages = nextMessages() {
            for (key, message) in messages { handle(key, message) }
        }
    }

    private func nextMessages() -> [(key: String, message: Message)]? {
        let (messages, drainers) = state.withLock { state in
            let messages = state.queue.next()
            guard messages == nil else { return (messages, [Promise<Void>]()) }
            state.isHandlingQueue = false
            return (nil, state.takeDrainers())
        }
        for drainer in drainers { drainer.resolve() }
        return messages
    }

    /// Queues a message if earlier ones of its call or stream are queued.
    package func queueFollowing(_ message: Message, of key: String) -> Bool {
        state.withLock { $0.queue.addFollowing(message, of: key) }
    }

    /// Whether messages of a call or stream are queued.
    package func isQueued(_ key: String) -> Bool { state.withLock { $0.queue.contains(key) } }

    /// Removes the queued messages of a call or stream that its caller has cancelled.
    package func removeQueued(_ key: String) { state.withLock { $0.queue.remove(key) } }

    // MARK: Calls and streams

    /// Counts a new call or stream, or queues its message until the listener runs.
    ///
    /// - Returns: The handlers, after which ``sessionEnded()`` has to follow; nil if the message was queued.
    /// - Throws: Why the call is refused.
    package func admit(
        _ message: Message, of key: String, for request: TransportRequest
    ) throws(MicroError) -> Handlers? {
        let name = "\(request.service) at \(address)"
        let result = state.withLock { state -> Result<Handlers?, MicroError> in
            guard state.sessionCount < Self.maxSessions else {
                return .failure(Self.limitError("\(name) has \(Self.maxSessions) calls and streams in progress"))
            }
            switch state.phase {
            case .bound:
                guard state.queue.add(message, of: key) else {
                    return .failure(
                        Self.limitError(
                            "\(name) has not started to serve, and \(ListenerQueue<Message>.maxCount) messages are queued"
                        ))
                }
                return .success(nil)
            case .running(let handlers):
                state.sessionCount += 1
                return .success(handlers)
            case .draining, .ended:
                return .failure(
                    MicroError(.unavailable, "\(name) is stopping", origin: MicroError.Origin.server))
            }
        }
        return try result.get()
    }

    private static func limitError(_ problem: String) -> MicroError {
        MicroError(
            .resourceExhausted, "\(problem), which is the limit: try another instance",
            origin: MicroError.Origin.server)
    }

    /// Records the end of a call or stream that was admitted.
    package func sessionEnded() {
        let drainers = state.withLock { state in
            state.sessionCount -= 1
            return state.takeDrainers()
        }
        for drainer in drainers { drainer.resolve() }
    }
}
