// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// The interface between the suite and a broker adapter. Implement it to run all broker cases. An adapter
/// with several delivery guarantees has one harness for each.
///
/// ```swift
/// struct FileBrokerHarness: BrokerHarness {
///     let subject = TestSubject(adapter: "FileBroker", adapterVersion: "1.0", backend: "file", backendVersion: "-")
///     let bounds = BrokerBounds()
///
///     func makeClient(_ options: BrokerClientOptions) async throws -> any Broker { try FileBroker(folder: folder) }
/// }
/// ```
public protocol BrokerHarness: ConformanceHarness<BrokerBounds> {
    /// Publishes to the backend without the adapter; nil by default.
    var peer: (any BrokerPeer)? { get }

    /// Creates subscribers that fail, for brokers whose publishers deliver to the subscribers directly; nil by default.
    var badSubscribers: (any BadSubscribers)? { get }

    /// Creates a client that shares no state with other clients. The suite closes it.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unsupported` for an option that the adapter does not support.
    func makeClient(_ options: BrokerClientOptions) async throws -> any Broker

    /// Removes everything that a case has left at the backend: messages of topics that begin with the prefix, and the
    /// queues and durable subscriptions kept for them. Does nothing by default.
    func removeLeftovers(_ prefix: String) async throws
}

extension BrokerHarness {
    /// No peer.
    public var peer: (any BrokerPeer)? { nil }
    /// No bad subscribers.
    public var badSubscribers: (any BadSubscribers)? { nil }
    /// Does nothing.
    public func removeLeftovers(_ prefix: String) async throws {}

    /// The hooks that follow from the other properties.
    public var hooks: Set<HarnessHook> {
        var hooks = backendHooks
        if peer != nil { hooks.insert(.peer) }
        if badSubscribers != nil { hooks.insert(.badSubscribers) }
        return hooks
    }
}
