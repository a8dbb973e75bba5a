// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroConformance
public import MicroCore
import MicroMemory

/// The memory registry, put to the test on a backend of its own.
public struct MemoryRegistryHarness: RegistryHarness {
    /// What a reader of a report is told.
    public let subject = Subject(
        adapter: "MemoryRegistry", adapterVersion: conformanceKitVersion, backend: "memory", backendVersion: "-")

    /// Everything happens at once; what remains is for a loaded machine.
    public let bounds: RegistryBounds

    private let backend = MemoryBackend()

    /// Creates a harness.
    public init(
        bounds: RegistryBounds = RegistryBounds(
            convergence: .seconds(1), timeToLive: .milliseconds(300), shortestTimeToLive: .milliseconds(10),
            expirySlack: .seconds(1), heal: .seconds(5), quiet: .milliseconds(50), changes: 10_000)
    ) {
        self.bounds = bounds
    }

    /// Stops, starts and wipes the memory.
    public var control: (any BackendControl)? { MemoryControl(backend: backend) }

    /// See ``MicroConformance/RegistryHarness/makeClient(_:)``.
    public func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        try MemoryRegistry(backend: backend, namespace: options.namespace)
    }

    /// The open watches.
    public func census() async throws -> Census? { Census(watches: backend.openWatches) }
}

private struct MemoryControl: BackendControl {
    let backend: MemoryBackend
    let actions: Set<BackendAction> = [.stop, .start, .wipe]

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop: backend.stopRegistries()
        case .start: backend.startRegistries()
        case .wipe: backend.wipeRegistries()
        }
    }
}
