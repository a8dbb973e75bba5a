// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroConformance
public import MicroCore
import MicroMemory

/// The memory registry, put to the test on a backend of its own.
public struct MemoryRegistryHarness: RegistryHarness {
    /// What a reader of a report is told.
    public let subject = TestSubject(
        adapter: "MemoryRegistry", adapterVersion: SwiftMicro.version, backend: "memory", backendVersion: "-")

    /// Everything happens at once; what remains is for a loaded machine.
    public let bounds: RegistryBounds

    private let backend = MemoryBackend()

    /// Creates a harness.
    public init(
        bounds: RegistryBounds = RegistryBounds(
            expiry: .init(timeToLive: .milliseconds(300), minTimeToLive: .milliseconds(10), slack: .seconds(1)),
            timeouts: .init(recovery: .seconds(5), observationWindow: .milliseconds(50)),
            load: .init(changes: 10_000))
    ) {
        self.bounds = bounds
    }

    /// Writes whatever it is given at once.
    public var peer: (any RegistryPeer)? { MemoryRegistryPeer(backend: backend) }

    /// Stops, starts and wipes the memory, and revokes what is registered. It cannot be halted, and has no history.
    public var control: (any BackendControl)? { MemoryRegistryControl(backend: backend) }

    /// See ``MicroConformance/RegistryHarness/makeClient(_:)``.
    public func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        try MemoryRegistry(backend: backend, namespace: options.namespace)
    }

    /// The open watches, and the nodes that can expire.
    public func resourceCounts() async throws -> ResourceCounts? {
        ResourceCounts(watches: backend.openWatches, leases: backend.openRegistrations)
    }
}

/// What can be done to memory.
struct MemoryRegistryControl: BackendControl {
    let backend: MemoryBackend
    let actions: Set<BackendAction> = [.stop, .kill, .start, .wipe, .revoke]

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop, .kill: backend.stopRegistries()
        case .start: backend.startRegistries()
        case .wipe: backend.wipeRegistries()
        case .revoke: backend.revokeRegistrations()
        case .pause, .resume, .compact, .revokeCredentials:
            throw MicroError(.unsupported, "memory has no action \(action)", origin: "conformance")
        }
    }
}

/// What is stored at once has to be one record: the nodes of a record are stored in one step.
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
