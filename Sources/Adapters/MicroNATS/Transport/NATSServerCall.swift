// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import Synchronization

/// A call that a listener answers.
final class NATSServerCall: Sendable {
    let request: TransportRequest
    /// Where the answer goes.
    let inbox: String
    /// Which of the calls of its client it is; nil if that has not said so.
    let id: String?
    private let task = NATSServerTask()
    private let hasReplied = Atomic(false)

    init(_ request: TransportRequest, inbox: String, id: String?) {
        self.request = request
        self.inbox = inbox
        self.id = id
    }

    /// Runs the body, which is cancelled at the deadline.
    func run(_ body: @escaping @Sendable () async -> Void) { task.run(until: request.deadline, body) }

    func cancel() { task.cancel() }

    /// Whether it is still to be answered; from now on it is not.
    func claimReply() -> Bool { !hasReplied.exchange(true, ordering: .sequentiallyConsistent) }

    /// What the caller is told when the listener does not wait for the handler any more.
    var cancellationError: MicroError { MicroError(respondingTo: request, with: CancellationError()) }
}

/// A stream that a listener holds with a caller.
final class NATSServerStream: Sendable {
    let delegate: NATSStreamDelegate
    private let request: TransportRequest
    private let stream: Mutex<TransportStream?>
    private let task = NATSServerTask()

    init(
        _ request: TransportRequest, inbox: String, subject: String, isSwiftMicro: Bool,
        connection: NATSConnectionManager
    ) {
        self.request = request
        // Without what belongs to the request alone.
        let fields = GoMicroHeaders.target(of: request).filter { $0.name != "Accept" && !$0.value.isEmpty }
        let parameters = NATSStreamDelegate.Parameters(
            subject: inbox, inbox: nil, service: request.service,
            name: "\(request.service) \(request.endpoint) at \(subject)", fields: fields,
            deadline: request.deadline)
        let (stream, delegate) = NATSStreamDelegate.make(
            parameters, peer: isSwiftMicro ? .swiftMicro : .goMicro, connection: connection)
        self.stream = Mutex(stream)
        self.delegate = delegate
    }

    /// Runs the handler, whose end is that of the stream.
    ///
    /// - Parameter whenOver: Told what the handler has thrown, when everything is over.
    func run(
        onEnd: @escaping @Sendable ((any Error)?) -> Void,
        handler: @escaping @Sendable (TransportStream) async throws -> Void
    ) {
        delegate.start { [weak self] isFailure in if isFailure { self?.task.cancel() } }
        task.run(until: request.deadline + .milliseconds(10)) { [self] in
            var failure: (any Error)?
            if let stream = stream.withLock({ $0.take() }) {
                do { try await handler(stream) } catch { failure = error }
                await delegate.handlerEnded(failure.map { MicroError(respondingTo: request, with: $0) })
                // Let go of before its end it would be cancelled.
                withExtendedLifetime(stream) {}
            }
            onEnd(failure)
        }
    }

    /// Ends it from the side of the listener.
    func abort() {
        delegate.fail(MicroError(respondingTo: request, with: CancellationError()), notifiesPeer: true)
        task.cancel()
    }
}

/// The task of a handler, which is cancelled at a deadline.
final class NATSServerTask: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var timer: DeadlineQueue.ScheduledAction?
        var isCancelled = false
        var hasEnded = false
    }

    private let state = Mutex(State())

    func run(until deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () async -> Void) {
        let timer = DeadlineQueue.shared.schedule(at: deadline) { [weak self] in self?.cancel() }
        let task = Task {
            await body()
            self.end()
        }
        let (isCancelled, hasEnded) = state.withLock { state in
            if !state.hasEnded { (state.task, state.timer) = (task, timer) }
            return (state.isCancelled, state.hasEnded)
        }
        if isCancelled { task.cancel() }
        if hasEnded { DeadlineQueue.shared.cancel(timer) }
    }

    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    private func end() {
        let timer = state.withLock { state in
            state.hasEnded = true
            defer { (state.task, state.timer) = (nil, nil) }
            return state.timer
        }
        if let timer { DeadlineQueue.shared.cancel(timer) }
    }
}
