// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroConformance
import MicroCore
import Synchronization

/// The harness of a mutant of a registry adapter; of the unchanged adapter without a defect (nil).
final class RegistryMutantHarness: RegistryHarness {
    let defect: RegistryDefect?
    let subject: TestSubject
    let bounds: RegistryBounds
    private let base: any RegistryHarness
    private let isCorrupt = Mutex(false)
    private let sharedState = MutantRegistryState()

    init(_ defect: RegistryDefect?, of base: any RegistryHarness, bounds: RegistryBounds? = nil) {
        self.defect = defect
        self.base = base
        self.bounds = bounds ?? base.bounds
        subject = TestSubject(
            adapter: defect?.rawValue ?? "healthy", adapterVersion: "-", backend: base.subject.backend,
            backendVersion: base.subject.backendVersion)
    }

    var control: (any BackendControl)? { base.control }
    var endpoint: BackendEndpoint? { base.endpoint }
    var credentials: Set<CredentialKind> { base.credentials }
    /// The secrets of the backend; a made-up one for a backend without credentials, so that a mutant has something to leak.
    var secrets: [String] { base.secrets.isEmpty ? ["made-up-secret"] : base.secrets }
    var peer: (any RegistryPeer)? { base.peer }
    var goMicro: (any GoMicroPeer)? { base.goMicro ?? Peer(base: base) }
    var corrupter: (any RegistryCorrupter)? { base.corrupter.map { Corrupter(base: $0, harness: self) } }

    func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        var options = options
        switch defect {
        case .ignoresNamespaceSuffix: options.namespace = String(options.namespace.prefix(17))
        case .usesOnlyFirstAddress: options.addresses = options.addresses.map { Array($0.prefix(1)) }
        case .skipsCertificateVerification:
            options.trust = .valid
            // A client of a proxy would still verify the name in the certificate.
            options.addresses = nil
        case .ignoresDeadlines: options.timeout = nil
        default: break
        }
        let (changed, base) = (options, self.base)
        var another = options
        if defect == .takesRefusalForOutage { another.addresses = options.addresses.map { Array($0.prefix(1)) } }
        return MutantRegistry(
            defect, of: try await base.makeClient(changed), in: sharedState, secrets: secrets,
            hasSeveralAddresses: options.addresses.map { $0.count > 1 } ?? false,
            makeAnother: { [another] in try await base.makeClient(another) },
            sawCorruption: { self.isCorrupt.withLock(\.self) })
    }

    func resourceCounts() async throws -> ResourceCounts? { try await base.resourceCounts() }

    /// Uses the adapter itself, as if its records were go-micro's.
    private struct Peer: GoMicroPeer {
        let base: any RegistryHarness

        func register(_ record: ServiceRecord) async throws {
            try await whileOpen { _ = try await $0.register(Self.encoded(record), timeToLive: nil) }
        }

        func deregister(_ record: ServiceRecord) async throws {
            try await whileOpen { try await $0.deregister(Self.encoded(record)) }
        }

        /// The record as an adapter would return it: IDs that are not valid are encoded.
        private static func encoded(_ record: ServiceRecord) -> ServiceRecord {
            var record = record
            let ids = ForeignNodeIDs(prefix: "memory-id:")
            for index in record.nodes.indices where !NameRules.isName(record.nodes[index].id) {
                record.nodes[index].id = ids.encoded(record.nodes[index].id) ?? ""
            }
            return record
        }

        func lookUp(_ name: String) async throws -> [ServiceRecord] {
            try await whileOpen { try await $0.lookUp(name) }
        }

        private func whileOpen<Value>(_ body: (any Registry) async throws -> Value) async throws -> Value {
            let registry = try await base.makeClient(RegistryClientOptions(namespace: ""))
            let value = try await body(registry)
            await registry.close()
            return value
        }
    }

    private struct Corrupter: RegistryCorrupter {
        let base: any RegistryCorrupter
        let harness: RegistryMutantHarness

        func corrupt(_ service: String, in namespace: String) async throws {
            try await base.corrupt(service, in: namespace)
            harness.isCorrupt.withLock { $0 = true }
        }

        func repair(_ service: String, in namespace: String) async throws {
            harness.isCorrupt.withLock { $0 = false }
            try await base.repair(service, in: namespace)
        }
    }
}
