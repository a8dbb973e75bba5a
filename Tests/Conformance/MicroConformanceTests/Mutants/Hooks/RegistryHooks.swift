// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

/// The operations of a registry. A mutant can replace each of them.
struct RegistryHooks: Sendable {
    /// The registry without a defect.
    let base: any Registry
    /// The options of the client.
    let options: RegistryClientOptions
    /// The state of this client.
    let clientState = MutantState()
    /// The state that all clients share.
    let sharedState: MutantState
    /// Makes another client of the same kind, without a defect.
    let makeAnother: @Sendable () async throws -> any Registry

    var register: @Sendable (ServiceRecord, Duration?) async throws -> RegisterOutcome
    var deregister: @Sendable (ServiceRecord) async throws -> Void
    var lookUp: @Sendable (String) async throws -> [ServiceRecord]
    var list: @Sendable () async throws -> [String]
    var watch: @Sendable (String?) throws -> RegistryWatch
    /// Changes the states of a watch, given the name that it watches; nil to drop a state. Nil for no change.
    var state: (@Sendable (RegistryState, String?) -> RegistryState?)?
    var close: @Sendable () async -> Void

    init(
        _ base: any Registry, _ options: RegistryClientOptions, _ sharedState: MutantState,
        _ makeAnother: @escaping @Sendable () async throws -> any Registry
    ) {
        self.base = base
        self.options = options
        self.sharedState = sharedState
        self.makeAnother = makeAnother
        register = { try await base.register($0, timeToLive: $1) }
        deregister = { try await base.deregister($0) }
        lookUp = { try await base.lookUp($0) }
        list = { try await base.list() }
        watch = { try base.watch($0) }
        close = { await base.close() }
    }
}

/// A registry that consists of hooks.
struct HookedRegistry: Registry {
    let hooks: RegistryHooks

    var name: String { hooks.base.name }
    var capabilities: RegistryCapabilities { hooks.base.capabilities }
    var description: String { hooks.base.description }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        try await hooks.register(service, timeToLive)
    }

    func deregister(_ service: ServiceRecord) async throws { try await hooks.deregister(service) }
    func lookUp(_ name: String) async throws -> [ServiceRecord] { try await hooks.lookUp(name) }
    func list() async throws -> [String] { try await hooks.list() }

    func watch(_ name: String?) throws -> RegistryWatch {
        let watch = try hooks.watch(name)
        guard let change = hooks.state else { return watch }
        let (changed, source) = RegistryWatch.makeStream { watch.cancel() }
        Task {
            for await state in watch { if let state = change(state, name) { source.yield(state) } }
            source.finish()
        }
        return changed
    }

    func close() async { await hooks.close() }
}

/// The harness of a registry with hooks.
struct HookedRegistryHarness: RegistryHarness {
    let base: any RegistryHarness
    /// Whether other cases use the backend at the same time, so that it cannot be controlled.
    let isShared: Bool
    let change: @Sendable (inout RegistryHooks) -> Void
    private let sharedState = MutantState()

    init(
        _ base: any RegistryHarness, isShared: Bool = false, _ change: @escaping @Sendable (inout RegistryHooks) -> Void
    ) {
        self.base = base
        self.isShared = isShared
        self.change = change
    }

    var subject: TestSubject { base.subject }
    var bounds: RegistryBounds { base.bounds }
    var control: (any BackendControl)? {
        isShared ? nil : base.control.map { ObservedControl(base: $0, state: sharedState) }
    }
    var endpoint: BackendEndpoint? { base.endpoint }
    var credentials: Set<CredentialKind> { base.credentials }
    var secrets: [String] { base.secrets }
    var peer: (any RegistryPeer)? { base.peer }
    var goMicro: (any GoMicroPeer)? { base.goMicro }
    var corrupter: (any RegistryCorrupter)? { base.corrupter }

    func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
        var hooks = RegistryHooks(try await base.makeClient(options), options, sharedState) { [base] in
            try await base.makeClient(options)
        }
        change(&hooks)
        return HookedRegistry(hooks: hooks)
    }

    func resourceCounts() async throws -> ResourceCounts? { isShared ? nil : try await base.resourceCounts() }
}
