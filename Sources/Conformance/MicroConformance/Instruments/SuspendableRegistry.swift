// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A registry whose writes can be suspended, as if `SIGSTOP` had suspended the process of its user.
final class SuspendableRegistry: Registry {
    private struct State {
        var isSuspended = false
        var waiters: [Promise<Void>] = []
    }

    private let base: any Registry
    private let state = Mutex(State())

    init(_ base: any Registry) { self.base = base }

    func suspend() { state.withLock { $0.isSuspended = true } }

    func resume() {
        let waiters = state.withLock { state in
            defer { state = State() }
            return state.waiters
        }
        for waiter in waiters { waiter.resolve() }
    }

    private func waitWhileSuspended() async {
        let waiter = Promise<Void>()
        let isSuspended = state.withLock { state in
            if state.isSuspended { state.waiters.append(waiter) }
            return state.isSuspended
        }
        if isSuspended { try? await waiter.uncancellableValue() }
    }

    var name: String { base.name }
    var capabilities: RegistryCapabilities { base.capabilities }
    var description: String { base.description }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        await waitWhileSuspended()
        return try await base.register(service, timeToLive: timeToLive)
    }

    func deregister(_ service: ServiceRecord) async throws {
        await waitWhileSuspended()
        try await base.deregister(service)
    }

    func lookUp(_ name: String) async throws -> [ServiceRecord] { try await base.lookUp(name) }
    func list() async throws -> [String] { try await base.list() }
    func watch(_ name: String?) throws -> RegistryWatch { try base.watch(name) }
    func close() async { await base.close() }
}
