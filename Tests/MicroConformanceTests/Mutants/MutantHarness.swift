// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroMemory

/// Puts a mutant, or the healthy memory registry (nil), to the test, with bounds that let it fail quickly.
struct MutantHarness: RegistryHarness {
    let defect: Defect?
    let subject: Subject
    let bounds = RegistryBounds(
        convergence: .milliseconds(300), timeToLive: .milliseconds(200), shortestTimeToLive: .milliseconds(10),
        expirySlack: .milliseconds(300), heal: .milliseconds(600), operation: .milliseconds(500),
        quiet: .milliseconds(30), changes: 300)
    private let backend = MemoryBackend()

    init(_ defect: Defect?) {
        self.defect = defect
        subject = Subject(
            adapter: defect?.rawValue ?? "healthy", adapterVersion: "-", backend: "memory", backendVersion: "-")
    }

    var control: (any BackendControl)? { Control(backend: backend) }
    var goMicro: (any GoMicroPeer)? { Peer(registry: MemoryRegistry(backend: backend)) }

    func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        let length = defect == .sharesNamespaces ? 17 : 63
        let base = try MemoryRegistry(backend: backend, namespace: String(options.namespace.prefix(length)))
        return MutantRegistry(defect, of: base)
    }

    func census() async throws -> Census? { Census(watches: backend.openWatches) }

    private struct Control: BackendControl {
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

    private struct Peer: GoMicroPeer {
        let registry: MemoryRegistry

        func register(_ record: ServiceRecord) async throws { try await registry.register(record, timeToLive: nil) }
        func deregister(_ record: ServiceRecord) async throws { try await registry.deregister(record) }
        func lookUp(_ name: String) async throws -> [ServiceRecord] { try await registry.lookUp(name) }
    }
}
