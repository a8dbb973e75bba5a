// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore

/// What the kit needs to know of a broker adapter: write one, and every case runs against it. An adapter with several
/// delivery classes has a harness for each.
///
/// ```swift
/// struct FileBrokerHarness: BrokerHarness {
///     let subject = Subject(adapter: "FileBroker", adapterVersion: "1.0", backend: "file", backendVersion: "-")
///     let bounds = BrokerBounds()
///
///     func makeClient(_ options: BrokerClientOptions) async throws -> any Broker { try FileBroker(folder: folder) }
/// }
/// ```
public protocol BrokerHarness: ConformanceHarness<BrokerBounds> {
    /// Publishes to the backend without the adapter; none by default.
    var peer: (any BrokerPeer)? { get }

    /// Subscribers with whom something is wrong; none by default. For brokers whose publishers bring messages to the
    /// subscribers themselves.
    var badSubscribers: (any BadSubscribers)? { get }

    /// Makes a client of its own, with no state in common with the others. The kit closes it.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `unsupported` for an option that the adapter does not have.
    func makeClient(_ options: BrokerClientOptions) async throws -> any Broker

    /// Removes what a case has left at the backend: messages of topics that begin with the prefix, and the queues and
    /// durable subscriptions that are kept for them. Nothing by default.
    func removeLeftovers(_ prefix: String) async throws
}

extension BrokerHarness {
    /// None.
    public var peer: (any BrokerPeer)? { nil }
    /// None.
    public var badSubscribers: (any BadSubscribers)? { nil }
    /// Nothing is left.
    public func removeLeftovers(_ prefix: String) async throws {}

    /// What it offers to cases.
    public var hooks: Set<Hook> {
        var hooks = backendHooks
        if peer != nil { hooks.insert(.peer) }
        if badSubscribers != nil { hooks.insert(.badSubscribers) }
        return hooks
    }
}

/// How a client of a case is made.
public struct BrokerClientOptions: Sendable {
    /// Where it finds the backend: proxies before the ``ConformanceHarness/endpoint``; nil for the backend itself.
    public var addresses: [Address]?
    /// How long one of its operations may take; nil for what the harness thinks right.
    public var timeout: Duration?
    /// Who it says that it is.
    public var credentials = Credentials.valid
    /// Whom it trusts over TLS.
    public var trust = Trust.valid
    /// What it logs to; to nowhere by default.
    public var logger = Logger.silent

    /// The defaults.
    public init() {}
}
