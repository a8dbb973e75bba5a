// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroConformance
package import MicroCore
import MicroMemory

/// The harness of the memory registry, with its own backend.
package struct MemoryRegistryHarness: RegistryHarness {
    /// The adapter.
    package let subject = TestSubject(
        adapter: "MemoryRegistry", adapterVersion: SwiftMicro.version, backend: "memory", backendVersion: "-")

    /// The guarantees of the adapter. Every operation takes effect immediately; the bounds allow for a loaded machine.
    package let bounds: RegistryBounds

    private let backend = MemoryBackend()

    /// Creates a harness.
    package init(
        bounds: RegistryBounds = RegistryBounds(
            expiry: .init(timeToLive: .milliseconds(300), minTimeToLive: .milliseconds(10), slack: .seconds(1)),
            timeouts: .init(recovery: .seconds(5), observationWindow: .milliseconds(50)),
            load: .init(changes: 10_000))
    ) {
        self.bounds = bounds
    }

    /// Writes records one after another.
    package var peer: (any RegistryPeer)? { MemoryRegistryPeer(backend: backend) }

    /// Stops, starts and wipes the backend, and revokes registrations. The backend cannot be paused and has no history.
    package var control: (any BackendControl)? { MemoryRegistryControl(backend: backend) }

    /// See ``MicroConformance/RegistryHarness/makeClient(_:)``.
    package func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        try MemoryRegistry(backend: backend, namespace: options.namespace)
    }

    /// Counts the open watches, and the nodes with a time to live.
    package func resourceCounts() async throws -> ResourceCounts? {
        ResourceCounts(watches: backend.openWatchCount, leases: backend.expiringNodeCount)
    }
}

/// Controls the registries of a memory backend.
private struct MemoryRegistryControl: BackendControl {
    let backend: MemoryBackend
    let actions: Set<BackendAction> = [.stop, .kill, .start, .wipe, .revoke]

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop, .kill: backend.stopRegistries()
        case .start: backend.startRegistries()
        case .wipe: backend.wipeRegistries()
        case .revoke: backend.revokeRegistrations()
        case .pause, .resume, .compact, .revokeCredentials:
            throw MicroError(.unsupported, "the memory registry has no action \(action)", origin: "conformance")
        }
    }
}

/// Writes records. Only the nodes of one record are stored in one step.
private struct MemoryRegistryPeer: RegistryPeer {
    let backend: MemoryBackend

    func store(_ records: [ServiceRecord], in namespace: String) async throws {
        let registry = try MemoryRegistry(backend: backend, namespace: namespace)
        for record in records { try await registry.register(record, timeToLive: nil) }
        await registry.close()
    }

    func remove(_ records: [ServiceRecord], from namespace: String) async throws {
        let registry = try MemoryRegistry(backend: backend, namespace: namespace)
        for record in records { try await registry.deregister(record) }
        await registry.close()
    }
}
