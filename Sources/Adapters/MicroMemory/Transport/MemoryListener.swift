// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The listener of the memory transport.
final class MemoryListener: TransportListener {
    private enum Phase {
        case bound
        case running(TransportHandler, TransportStreamLookup)
        case ended
    }

    private struct State {
        var phase = Phase.bound
        /// Calls that arrived before the listener ran.
        var waitingCalls: [Promise<Void>] = []
        /// Cancels each running call and stream.
        var running: [Int: @Sendable () -> Void] = [:]
        var nextID = 0
        /// Resolved when the last call has ended.
        var drainers: [Promise<Void>] = []
    }

    let address: Address
    private let backend: MemoryBackend
    private let maxBodySize: Int
    private let state = Mutex(State())
    /// Resolved when ``run(_:streams:)`` has to return.
    private let end = Promise<Void>()

    init(address: Address, backend: MemoryBackend, maxBodySize: Int) {
        self.address = address
        self.backend = backend
        self.maxBodySize = maxBodySize
    }

    /// Whether the listener refuses new calls.
    var hasEnded: Bool {
        state.withLock { state in
            if case .ended = state.phase { true } else { false }
        }
    }

    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws {
        let waitingCalls = try state.withLock { state in
            guard case .bound = state.phase else {
                throw MicroError(
                    .closed, "the listener at \(address) ran already", origin: MicroError.Origin.transport)
            }
            state.phase = .running(handler, streams)
            defer { state.waitingCalls = [] }
            return state.waitingCalls
        }
        for call in waitingCalls { call.resolve() }
        do { try await end.value() } catch {
            stopAccepting()
            cancelRunningCalls()
        }
    }

    func drain(deadline: ContinuousClock.Instant) async {
        stopAccepting()
        let timeoutError = MicroError(.deadlineExceeded, "calls are still running", origin: MicroError.Origin.transport)
        try? await withCancellationShield(limit: deadline - .now, orThrow: timeoutError) {
            try await self.waitForRunningCalls()
        }
        cancelRunningCalls()
        end.resolve()
    }

    // MARK: Calls

    /// Runs the handler for one call.
    func respond(_ request: TransportRequest) async throws -> TransportResponse {
        try await waitUntilRunning()
        try MemoryTransport.check(request.body, of: "request", limit: maxBodySize)
        let (id, call) = try admit(request) { handler, _ in Task { try await handler(request) } }
        defer { remove(id) }
        do {
            return try await withTaskCancellationHandler {
                try await call.value
            } onCancel: {
                call.cancel()
            }
        } catch {
            throw MicroError(respondingTo: request, with: error)
        }
    }

    /// Opens a stream to the handler of its endpoint.
    func open(_ request: TransportRequest, maxBodySize: Int) async throws -> TransportStream {
        try await waitUntilRunning()
        let (client, server) = MemoryStreamDelegate.makeStreams(maxBodySize: maxBodySize)
        let (id, _) = try admit(request) { _, streams in
            guard let handler = streams(request.endpoint) else { throw MicroError.streamNotFound(request) }
            return server.delegate.run(handler, request, server.stream)
        }
        client.delegate.end(at: request.deadline, throwing: MemoryTransport.deadlineError(request, self.address))
        client.delegate.onEnd { [weak self] in self?.remove(id) }
        return client.stream
    }

    private func waitUntilRunning() async throws {
        let call = Promise<Void>()
        state.withLock { state in
            if case .bound = state.phase { state.waitingCalls.append(call) } else { call.resolve() }
        }
        try await call.value()
    }

    /// Starts a call or a stream, which is in flight until ``remove(_:)``.
    private func admit<Value: Sendable, Failure: Error>(
        _ request: TransportRequest,
        start: (@escaping TransportHandler, @escaping TransportStreamLookup) throws -> Task<Value, Failure>
    ) throws -> (Int, Task<Value, Failure>) {
        try state.withLock { state in
            guard case .running(let handler, let streams) = state.phase else {
                throw MicroError(
                    .unavailable, "\(request.service) at \(address) is stopping", origin: MicroError.Origin.transport,
                    isSafeToRetry: true)
            }
            let task = try start(handler, streams)
            state.nextID += 1
            state.running[state.nextID] = { task.cancel() }
            return (state.nextID, task)
        }
    }

    private func remove(_ id: Int) {
        let drainers = state.withLock { state in
            state.running[id] = nil
            guard state.running.isEmpty else { return [] as [Promise<Void>] }
            defer { state.drainers = [] }
            return state.drainers
        }
        for drainer in drainers { drainer.resolve() }
    }

    // MARK: Ending

    private func waitForRunningCalls() async throws {
        let drainer = Promise<Void>()
        state.withLock { state in
            if state.running.isEmpty { drainer.resolve() } else { state.drainers.append(drainer) }
        }
        try await drainer.value()
    }

    private func stopAccepting() {
        backend.listeners.withLock { listeners in
            if listeners[address] === self { listeners[address] = nil }
        }
        let waitingCalls = state.withLock { state in
            state.phase = .ended
            defer { state.waitingCalls = [] }
            return state.waitingCalls
        }
        for call in waitingCalls { call.resolve() }
    }

    private func cancelRunningCalls() {
        for cancel in state.withLock({ Array($0.running.values) }) { cancel() }
    }
}
