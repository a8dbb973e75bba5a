// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

/// One direction of a stream in memory: what one side sends is what the other reads.
private final class MemoryStreamPipe: Sendable {
    private struct State {
        var inbox: TransportStream.Source?
        var isFull = false
        /// Why nothing can be sent any more.
        var end: (any Error)?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func connect(to inbox: TransportStream.Source) { state.withLock { $0.inbox = inbox } }

    func send(_ message: ByteBuffer) async throws {
        while true {
            let isSent = try state.withLock { state in
                if let end = state.end { throw end }
                guard !state.isFull else { return false }
                state.isFull = state.inbox?.yield(message) == false
                return true
            }
            if isSent { return }
            await waitForRoomOrEnd()
        }
    }

    /// Ends the direction; the first reason is what a sender sees from then on.
    ///
    /// - Parameter readerEnd: What a reader sees after what was sent; nil if it is of no concern to it.
    func end(sender reason: any Error, readerEnd: Result<Void, any Error>? = nil) {
        let inbox = state.withLock { state in
            state.end = state.end ?? reason
            return state.inbox
        }
        wake { _ in }
        switch readerEnd {
        case .success?: inbox?.finish()
        case .failure(let error)?: inbox?.finish(throwing: error)
        case nil: break
        }
    }

    func resume() { wake { $0.isFull = false } }

    private func waitForRoomOrEnd() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard state.isFull, state.end == nil else { return false }
                state.waiting.append(continuation)
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state.waiting = [] }
            return state.waiting
        }
        for sender in waiting { sender.resume() }
    }
}

/// One side of a stream in memory.
final class MemoryStreamDelegate: TransportStreamDelegate {
    /// What both sides share.
    private final class Lifetime: Sendable {
        private struct State {
            var task: Task<Void, Never>?
            var timer: DeadlineQueue.ScheduledAction?
            var hasEnded = false
            var action: (@Sendable () -> Void)?
        }

        private let state = Mutex(State())

        var hasEnded: Bool { state.withLock(\.hasEnded) }

        func start(_ task: Task<Void, Never>) { state.withLock { $0.task = task } }

        func start(_ timer: DeadlineQueue.ScheduledAction) {
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.timer = timer }
                return state.hasEnded
            }
            if hasEnded { DeadlineQueue.shared.cancel(timer) }
        }

        func cancelTask() { state.withLock(\.task)?.cancel() }

        func onEnd(_ action: @escaping @Sendable () -> Void) {
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.action = action }
                return state.hasEnded
            }
            if hasEnded { action() }
        }

        func end() {
            let (action, timer) = state.withLock { state in
                defer { (state.action, state.timer) = (nil, nil) }
                state.hasEnded = true
                return (state.action, state.timer)
            }
            if let timer { DeadlineQueue.shared.cancel(timer) }
            action?()
        }
    }

    private let outgoing: MemoryStreamPipe
    private let incoming: MemoryStreamPipe
    private let lifetime: Lifetime
    private let isClient: Bool
    private let maxBodySize: Int

    private init(
        outgoing: MemoryStreamPipe, incoming: MemoryStreamPipe, lifetime: Lifetime, isClient: Bool, maxBodySize: Int
    ) {
        self.outgoing = outgoing
        self.incoming = incoming
        self.lifetime = lifetime
        self.isClient = isClient
        self.maxBodySize = maxBodySize
    }

    typealias Side = (delegate: MemoryStreamDelegate, stream: TransportStream)

    /// The two sides of a stream.
    static func makeStreams(maxBodySize: Int) -> (client: Side, server: Side) {
        let (clientToServer, serverToClient, lifetime) = (MemoryStreamPipe(), MemoryStreamPipe(), Lifetime())
        let client = MemoryStreamDelegate(
            outgoing: clientToServer, incoming: serverToClient, lifetime: lifetime, isClient: true,
            maxBodySize: maxBodySize)
        let server = MemoryStreamDelegate(
            outgoing: serverToClient, incoming: clientToServer, lifetime: lifetime, isClient: false,
            maxBodySize: maxBodySize)
        let (clientStream, clientInbox) = TransportStream.makeStream(delegate: client)
        let (serverStream, serverInbox) = TransportStream.makeStream(delegate: server)
        clientToServer.connect(to: serverInbox)
        serverToClient.connect(to: clientInbox)
        return ((client, clientStream), (server, serverStream))
    }

    /// Runs the handler, on the server's side: its end is that of the stream.
    func run(
        _ handler: @escaping TransportStreamHandler, _ request: TransportRequest, _ stream: TransportStream
    ) -> Task<Void, Never> {
        let task = Task { [self] in
            do {
                try await handler(request, stream)
                incoming.end(sender: Self.peerEnded)
                outgoing.end(sender: Self.finished, readerEnd: .success(()))
            } catch {
                let error = MicroError(respondingTo: request, with: error)
                incoming.end(sender: error)
                outgoing.end(sender: Self.finished, readerEnd: .failure(error))
            }
            lifetime.end()
            // Let go of before its end it would be cancelled.
            withExtendedLifetime(stream) {}
        }
        lifetime.start(task)
        return task
    }

    /// Ends the stream at its deadline, on the client's side.
    func end(at deadline: ContinuousClock.Instant, throwing error: @autoclosure @escaping @Sendable () -> MicroError) {
        lifetime.start(DeadlineQueue.shared.schedule(at: deadline) { [weak self] in self?.abort(error()) })
    }

    /// Calls the action when the handler has ended.
    func onEnd(_ action: @escaping @Sendable () -> Void) { lifetime.onEnd(action) }

    func send(_ message: ByteBuffer) async throws {
        try MemoryTransport.check(message, of: "message", limit: maxBodySize)
        try await outgoing.send(message)
    }

    func finish() async throws { outgoing.end(sender: Self.finished, readerEnd: .success(())) }

    func resume() { incoming.resume() }

    func cancel() {
        guard !lifetime.hasEnded else { return }
        guard isClient else {
            let error = MicroError(
                .unavailable, "the service has cancelled the stream", origin: MicroError.Origin.server)
            incoming.end(sender: CancellationError())
            return outgoing.end(sender: CancellationError(), readerEnd: .failure(error))
        }
        abort(CancellationError())
    }

    /// Ends both directions and the handler.
    private func abort(_ reason: any Error) {
        incoming.end(sender: reason, readerEnd: .failure(reason))
        outgoing.end(sender: reason, readerEnd: .failure(reason))
        lifetime.cancelTask()
    }

    private static let finished = MicroError(
        .closed, "this side of the stream has finished", origin: MicroError.Origin.transport)
    private static let peerEnded = MicroError(
        .closed, "the other side has ended the stream", origin: MicroError.Origin.transport)
}
