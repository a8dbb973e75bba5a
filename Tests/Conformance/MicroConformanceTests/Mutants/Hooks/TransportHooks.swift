// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

/// The operations of a transport and of its listeners. A mutant can replace each of them.
struct TransportHooks: Sendable {
    /// The transport without a defect.
    let base: any Transport
    /// The state of this transport.
    let clientState = MutantState()
    /// The state that all transports share.
    let sharedState: MutantState
    /// Makes another transport of the same kind, without a defect.
    let makeAnother: @Sendable () async throws -> any Transport

    /// The optional features that are claimed.
    var features: TransportFeatures
    var call: @Sendable (TransportRequest, Address) async throws -> TransportResponse
    var open: @Sendable (TransportRequest, Address) async throws -> TransportStream
    var bind: @Sendable (Address) async throws -> any TransportListener
    var close: @Sendable () async -> Void
    /// Wraps the handlers of listeners.
    var handler: @Sendable (@escaping TransportHandler) -> TransportHandler = { $0 }
    /// Wraps the handlers of streams.
    var streamHandler: @Sendable (@escaping TransportStreamHandler) -> TransportStreamHandler = { $0 }
    /// Finds a stream handler.
    var streams: @Sendable (@escaping TransportStreamLookup, String) -> TransportStreamHandler? = { $0($1) }
    /// Runs a listener. The first argument runs the listener without a defect.
    var run: @Sendable (@Sendable () async throws -> Void, any TransportListener, MutantState) async throws -> Void = {
        run, _, _ in try await run()
    }
    /// Changes the address that a listener reports.
    var address: @Sendable (Address) -> Address = { $0 }
    /// Changes the problem that a listener reports.
    var problem: @Sendable (MicroError?) -> MicroError? = { $0 }
    var drain: @Sendable (any TransportListener, ContinuousClock.Instant) async -> Void = {
        await $0.drain(deadline: $1)
    }

    init(
        _ base: any Transport, _ sharedState: MutantState,
        _ makeAnother: @escaping @Sendable () async throws -> any Transport
    ) {
        self.base = base
        self.sharedState = sharedState
        self.makeAnother = makeAnother
        features = base.capabilities.features
        call = { try await base.call($0, to: $1) }
        open = { try await base.open($0, to: $1) }
        bind = { try await base.bind(to: $0) }
        close = { await base.close() }
    }
}

/// A transport that consists of hooks.
struct HookedTransport: Transport {
    let hooks: TransportHooks

    var name: String { hooks.base.name }
    var capabilities: TransportCapabilities {
        TransportCapabilities(features: hooks.features, maxBodySize: hooks.base.capabilities.maxBodySize)
    }

    func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse {
        try await hooks.call(request, address)
    }

    func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream {
        try await hooks.open(request, address)
    }

    func bind(to address: Address) async throws -> any TransportListener {
        HookedListener(base: try await hooks.bind(address), hooks: hooks)
    }

    func close() async { await hooks.close() }
}

/// A listener that consists of hooks.
private struct HookedListener: TransportListener {
    let base: any TransportListener
    let hooks: TransportHooks
    let state = MutantState()

    var address: Address { hooks.address(base.address) }
    var problem: MicroError? { hooks.problem(base.problem) }

    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws {
        let (base, hooks) = (base, hooks)
        try await hooks.run(
            { try await base.run(hooks.handler(handler)) { hooks.streams(streams, $0).map(hooks.streamHandler) } },
            base,
            state)
    }

    func drain(deadline: ContinuousClock.Instant) async { await hooks.drain(base, deadline) }
}

/// The harness of a transport with hooks.
struct HookedTransportHarness: TransportHarness {
    let base: any TransportHarness
    let change: @Sendable (inout TransportHooks) -> Void
    private let sharedState = MutantState()

    init(_ base: any TransportHarness, _ change: @escaping @Sendable (inout TransportHooks) -> Void) {
        self.base = base
        self.change = change
    }

    var subject: TestSubject { base.subject }
    var bounds: TransportBounds { base.bounds }
    var networkPath: NetworkPath { base.networkPath }
    var badPeers: (any BadTransportPeers)? { base.badPeers }

    func makeTransport(_ options: TransportClientOptions) async throws -> any Transport {
        var hooks = TransportHooks(try await base.makeTransport(options), sharedState) { [base] in
            try await base.makeTransport(options)
        }
        change(&hooks)
        return HookedTransport(hooks: hooks)
    }
}
