// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroMemory
import Testing

@testable import MicroConformance

/// The pauses between heartbeats.
@Suite(.timeLimit(.minutes(1))) struct TimedHeartbeatsTests {
    private let record = ServiceRecord(
        name: "svc", version: "1", nodes: [Node(id: "svc-1", address: "10.0.0.1", port: 1)])

    /// A registry whose registrations take 100 ms.
    private struct SlowRegistry: Registry {
        let base: MemoryRegistry
        var name: String { base.name }
        var capabilities: RegistryCapabilities { base.capabilities }
        var description: String { base.description }

        func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
            try await Task.sleep(for: .milliseconds(100))
            return try await base.register(service, timeToLive: timeToLive)
        }

        func deregister(_ service: ServiceRecord) async throws { try await base.deregister(service) }
        func lookUp(_ name: String) async throws -> [ServiceRecord] { try await base.lookUp(name) }
        func list() async throws -> [String] { try await base.list() }
        func watch(_ name: String?) throws -> RegistryWatch { try base.watch(name) }
        func close() async { await base.close() }
    }

    @Test func pausesAreMeasuredUntilTheEnd() async throws {
        let heartbeats = TimedHeartbeats(try MemoryRegistry(backend: MemoryBackend(), namespace: ""))
        _ = try await heartbeats.register(record, timeToLive: nil)
        try await Task.sleep(for: .milliseconds(50))
        _ = try await heartbeats.register(record, timeToLive: nil)
        let first = heartbeats.longestPause
        #expect(first >= .milliseconds(50))
        try await Task.sleep(for: first + .milliseconds(50))
        heartbeats.stop()
        let last = heartbeats.longestPause
        #expect(last > first)
        _ = try await heartbeats.register(record, timeToLive: nil)
        #expect(heartbeats.longestPause == last)
        await heartbeats.close()
    }

    @Test func timeOfTheAdapterIsNoPause() async throws {
        let memory = try MemoryRegistry(backend: MemoryBackend(), namespace: "")
        let heartbeats = TimedHeartbeats(SlowRegistry(base: memory))
        let start = ContinuousClock.now
        for _ in 0..<3 { _ = try await heartbeats.register(record, timeToLive: nil) }
        heartbeats.stop()
        #expect(heartbeats.longestPause <= ContinuousClock.now - start - .milliseconds(300))
        await heartbeats.close()
    }
}
