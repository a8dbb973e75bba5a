// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The answering side of the memory transport.
final class MemoryListener: TransportListener {
    private enum Phase {
        case bound
        case running(TransportHandler, TransportStreamLookup)
        case ended
    }

    private struct State {
        var phase = Phase.bound
        /// Calls that came before the listener ran.
        var waitingCalls: [CheckedContinuation<Void, Never>] = []
        /// What cancels each call and stream that runs.
        var running: [Int: @Sendable () -> Void] = [:]
        var nextID = 0
        /// Those who wait for the last call to end.
        var drainers: [CheckedContinuation<Void, Never>] = []
        var runner: CheckedContinuation<Void, Never>?
    }

    let address: Address
    private let backend: MemoryBackend
    private let state = Mutex(State())

    init(address: Address, backend: MemoryBackend) {
        self.address = address
        self.backend = backend
    }

    /// Whether it takes no calls any more.
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
        for call in waitingCalls { call.resume() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasEnded = state.withLock { state in
                    if case .ended = state.phase { return true }
                    state.runner = continuation
                    return false
                }
                if hasEnded { continuation.resume() }
            }
        } onCancel: {
            stopAccepting()
            cancelRunningCalls()
        }
    }

    func drain(deadline: ContinuousClock.Instant) async {
        stopAccepting()
        let timeoutError = MicroError(.deadlineExceeded, "calls are still running", origin: MicroError.Origin.transport)
        do {
            try await withCancellationShield(limit: deadline - .now, orThrow: timeoutError) {
                await self.waitForRunningCalls()
            }
        } catch {}
        cancelRunningCalls()
    }

    /// Runs the handler for one call.
    func respond(_ request: TransportRequest) async throws -> TransportResponse {
        await waitUntilRunning()
        let (id, call) = try admit(request) { handler, _ in Task { try await handler(request) } }
        defer { end(id) }
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
        await waitUntilRunning()
        let (client, server) = MemoryStreamDelegate.makeStreams(maxBodySize: maxBodySize)
        let (id, _) = try admit(request) { _, streams in
            guard let handler = streams(request.endpoint) else { throw MicroError.streamNotFound(request) }
            return server.delegate.run(handler, request, server.stream)
        }
        client.delegate.end(at: request.deadline, throwing: MemoryTransport.deadlineError(request, self.address))
        client.delegate.onEnd { [weak self] in self?.end(id) }
        return client.stream
    }

    private func waitUntilRunning() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard case .bound = state.phase else { return false }
                state.waitingCalls.append(continuation)
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    /// Starts a call or a stream, which counts until its ``end(_:)``.
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

    private func end(_ id: Int) {
        let drainers = state.withLock { state in
            state.running[id] = nil
            guard state.running.isEmpty else { return [] as [CheckedContinuation<Void, Never>] }
            defer { state.drainers = [] }
            return state.drainers
        }
        for drainer in drainers { drainer.resume() }
    }

    private func waitForRunningCalls() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.running.isEmpty { return true }
                state.drainers.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
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
        for call in waitingCalls { call.resume() }
    }

    private func cancelRunningCalls() {
        let (cancellations, runner) = state.withLock { state in
            defer { state.runner = nil }
            return (Array(state.running.values), state.runner)
        }
        for cancel in cancellations { cancel() }
        runner?.resume()
    }
}
