// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// The interface between the suite and a transport adapter: creates both sides, and provides access to the network
/// between them.
///
/// ```swift
/// struct MyHarness: TransportHarness {
///     var subject: TestSubject { … }
///     var bounds: TransportBounds { TransportBounds() }
///     func makeTransport(_ options: TransportClientOptions) async throws -> any Transport { MyTransport(…) }
/// }
/// ```
public protocol TransportHarness: ConformanceHarness where Bounds == TransportBounds {
    /// The address that listeners are bound to. Each listener must get a different address; `127.0.0.1:0` by default.
    var bindAddress: Address { get }

    /// Where a proxy can be placed between a client and a listener; nowhere by default.
    var networkPath: NetworkPath { get }

    /// Creates peers that violate the protocol; nil by default.
    var badPeers: (any BadTransportPeers)? { get }

    /// Creates a transport that shares no state with other transports. The suite closes it.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unsupported` for an option that the adapter does not support.
    func makeTransport(_ options: TransportClientOptions) async throws -> any Transport
}

extension TransportHarness {
    /// Any free port of the loopback interface.
    public var bindAddress: Address { Address(host: "127.0.0.1", port: 0) }
    /// No proxy.
    public var networkPath: NetworkPath { .none }
    /// No bad peers.
    public var badPeers: (any BadTransportPeers)? { nil }

    /// The hooks that follow from the other properties.
    public var hooks: Set<HarnessHook> {
        var hooks = backendHooks
        if networkPath != .none { hooks.insert(.networkPath) }
        if badPeers != nil { hooks.insert(.badPeers) }
        return hooks
    }
}
