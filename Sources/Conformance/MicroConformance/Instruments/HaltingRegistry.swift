// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A registry whose user can be halted, as a process is by `SIGSTOP`: what it does then is done only when it goes on.
final class HaltingRegistry: Registry {
    private struct Content {
        var isHalted = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let base: any Registry
    private let content = Mutex(Content())

    init(_ base: any Registry) { self.base = base }

    func halt() { content.withLock { $0.isHalted = true } }

    func resume() {
        let waiting = content.withLock { content in
            defer { content = Content() }
            return content.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private func waitWhileHalted() async {
        await withCheckedContinuation { continuation in
            let isHalted = content.withLock { content in
                if content.isHalted { content.waiting.append(continuation) }
                return content.isHalted
            }
            if !isHalted { continuation.resume() }
        }
    }

    var name: String { base.name }
    var capabilities: RegistryCapabilities { base.capabilities }
    var description: String { base.description }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        await waitWhileHalted()
        return try await base.register(service, timeToLive: timeToLive)
    }

    func deregister(_ service: ServiceRecord) async throws {
        await waitWhileHalted()
        try await base.deregister(service)
    }

    func lookUp(_ name: String) async throws -> [ServiceRecord] { try await base.lookUp(name) }
    func list() async throws -> [String] { try await base.list() }
    func watch(_ name: String?) throws -> RegistryWatch { try base.watch(name) }
    func close() async { await base.close() }
}
