// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The answering side of the memory transport.
final class MemoryListener: TransportListener {
    private enum State {
        case bound
        case running(TransportHandler)
        case ended
    }

    private struct Content {
        var state = State.bound
        /// Calls that came before the listener ran.
        var early: [CheckedContinuation<Void, Never>] = []
        var calls: [Int: Task<TransportResponse, any Error>] = [:]
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

    func run(_ handler: @escaping TransportHandler) async throws {
        let early = try content.withLock { content in
            guard case .bound = content.state else {
                throw MicroError(
                    .closed, "the listener at \(address) ran already", origin: MicroError.Origin.transport)
            }
            content.state = .running(handler)
            defer { content.early = [] }
            return content.early
        }
        for call in early { call.resume() }
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
            cutOff()
        }
    }

    func drain(deadline: ContinuousClock.Instant) async {
        stopAccepting()
        let late = MicroError(.deadlineExceeded, "calls are still running", origin: MicroError.Origin.transport)
        do {
            try await withShield(limit: deadline - .now, orThrow: late) { await self.allCallsEnd() }
        } catch {}
        cutOff()
    }

    /// Runs the handler for one call.
    func answer(_ request: TransportRequest) async throws -> TransportResponse {
        await started()
        let (id, call) = try admit(request)
        defer { end(id) }
        do {
            return try await withTaskCancellationHandler {
                try await call.value
            } onCancel: {
                call.cancel()
            }
        } catch {
            throw MicroError(answering: request, with: error)
        }
    }

    private func started() async {
        await withCheckedContinuation { continuation in
            let mustWait = content.withLock { content in
                guard case .bound = content.state else { return false }
                content.early.append(continuation)
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    private func admit(_ request: TransportRequest) throws -> (Int, Task<TransportResponse, any Error>) {
        try content.withLock { content in
            guard case .running(let handler) = content.state else {
                throw MicroError(
                    .unavailable, "\(request.service) at \(address) is stopping", origin: MicroError.Origin.transport,
                    isSafeToRetry: true)
            }
            content.nextID += 1
            let call = Task { try await handler(request) }
            content.calls[content.nextID] = call
            return (content.nextID, call)
        }
    }

    private func end(_ id: Int) {
        let drainers = content.withLock { content in
            content.calls[id] = nil
            guard content.calls.isEmpty else { return [] as [CheckedContinuation<Void, Never>] }
            defer { content.drainers = [] }
            return content.drainers
        }
        for drainer in drainers { drainer.resume() }
    }

    private func allCallsEnd() async {
        await withCheckedContinuation { continuation in
            let isIdle = content.withLock { content in
                if content.calls.isEmpty { return true }
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
        let early = content.withLock { content in
            content.state = .ended
            defer { content.early = [] }
            return content.early
        }
        for call in early { call.resume() }
    }

    private func cutOff() {
        let (calls, runner) = content.withLock { content in
            defer { content.runner = nil }
            return (Array(content.calls.values), content.runner)
        }
        for call in calls { call.cancel() }
        runner?.resume()
    }
}
