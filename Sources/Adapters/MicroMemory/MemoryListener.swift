// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The answering side of the memory transport.
final class MemoryListener: TransportListener {
    private enum State {
        case bound
        case running(TransportHandler, TransportStreamLookup)
        case ended
    }

    private struct Content {
        var state = State.bound
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
    private let content = Mutex(Content())

    init(address: Address, backend: MemoryBackend) {
        self.address = address
        self.backend = backend
    }

    /// Whether it takes no calls any more.
    var hasEnded: Bool {
        content.withLock { content in
            if case .ended = content.state { true } else { false }
        }
    }

    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws {
        let waitingCalls = try content.withLock { content in
            guard case .bound = content.state else {
                throw MicroError(
                    .closed, "the listener at \(address) ran already", origin: MicroError.Origin.transport)
            }
            content.state = .running(handler, streams)
            defer { content.waitingCalls = [] }
            return content.waitingCalls
        }
        for call in waitingCalls { call.resume() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasEnded = content.withLock { content in
                    if case .ended = content.state { return true }
                    content.runner = continuation
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
        let (client, server) = MemoryStreamCarrier.makeStreams(maxBodySize: maxBodySize)
        let (id, _) = try admit(request) { _, streams in
            guard let handler = streams(request.endpoint) else { throw MicroError.streamNotFound(request) }
            return server.carrier.run(handler, request, server.stream)
        }
        client.carrier.end(at: request.deadline, throwing: MemoryTransport.deadlineError(request, self.address))
        client.carrier.onEnd { [weak self] in self?.end(id) }
        return client.stream
    }

    private func waitUntilRunning() async {
        await withCheckedContinuation { continuation in
            let mustWait = content.withLock { content in
                guard case .bound = content.state else { return false }
                content.waitingCalls.append(continuation)
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
        try content.withLock { content in
            guard case .running(let handler, let streams) = content.state else {
                throw MicroError(
                    .unavailable, "\(request.service) at \(address) is stopping", origin: MicroError.Origin.transport,
                    isSafeToRetry: true)
            }
            let task = try start(handler, streams)
            content.nextID += 1
            content.running[content.nextID] = { task.cancel() }
            return (content.nextID, task)
        }
    }

    private func end(_ id: Int) {
        let drainers = content.withLock { content in
            content.running[id] = nil
            guard content.running.isEmpty else { return [] as [CheckedContinuation<Void, Never>] }
            defer { content.drainers = [] }
            return content.drainers
        }
        for drainer in drainers { drainer.resume() }
    }

    private func waitForRunningCalls() async {
        await withCheckedContinuation { continuation in
            let isIdle = content.withLock { content in
                if content.running.isEmpty { return true }
                content.drainers.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }

    private func stopAccepting() {
        backend.listeners.withLock { listeners in
            if listeners[address] === self { listeners[address] = nil }
        }
        let waitingCalls = content.withLock { content in
            content.state = .ended
            defer { content.waitingCalls = [] }
            return content.waitingCalls
        }
        for call in waitingCalls { call.resume() }
    }

    private func cancelRunningCalls() {
        let (cancellations, runner) = content.withLock { content in
            defer { content.runner = nil }
            return (Array(content.running.values), content.runner)
        }
        for cancel in cancellations { cancel() }
        runner?.resume()
    }
}
