// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore

/// What the kit needs to know of a transport adapter: how its two sides are made, and how what is between them is reached.
///
/// ```swift
/// struct MyHarness: TransportHarness {
///     var subject: Subject { … }
///     var bounds: TransportBounds { TransportBounds() }
///     func makeTransport(_ options: TransportClientOptions) async throws -> any Transport { MyTransport(…) }
/// }
/// ```
public protocol TransportHarness: ConformanceHarness where Bounds == TransportBounds {
    /// Where listeners are bound: a place that gives each an address of its own. `127.0.0.1:0` by default.
    var bindAddress: Address { get }

    /// How a proxy gets between a client and a listener; it cannot by default.
    var networkPath: NetworkPath { get }

    /// Peers that do not keep to the protocol; none by default.
    var badPeers: (any BadTransportPeers)? { get }

    /// Makes a transport of its own, with no state in common with the others. The kit closes it.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `unsupported` for an option that the adapter does not have.
    func makeTransport(_ options: TransportClientOptions) async throws -> any Transport
}

extension TransportHarness {
    /// Any free port of this machine.
    public var bindAddress: Address { Address(host: "127.0.0.1", port: 0) }
    /// None.
    public var networkPath: NetworkPath { .none }
    /// None.
    public var badPeers: (any BadTransportPeers)? { nil }

    /// What it offers to cases.
    public var hooks: Set<Hook> {
        var hooks = backendHooks
        if networkPath != .none { hooks.insert(.networkPath) }
        if badPeers != nil { hooks.insert(.badPeers) }
        return hooks
    }
}

/// How a proxy gets between a client and a listener.
public enum NetworkPath: Sendable, Hashable {
    /// Not at all.
    case none
    /// It takes the place of the listener: clients connect to the listener themselves, by TCP.
    case listener
    /// It takes the place of the ``ConformanceHarness/endpoint``: both sides connect to a server.
    case server
}

/// How a transport of a case is made.
public struct TransportClientOptions: Sendable {
    /// Where it finds the server between both sides; nil for the ``ConformanceHarness/endpoint`` itself.
    public var address: Address?
    /// Whom it trusts over TLS.
    public var trust = Trust.valid
    /// Who it says that it is.
    public var credentials = Credentials.valid
    /// What it logs to; to nowhere by default.
    public var logger = Logger.silent

    /// The defaults.
    public init() {}
}

/// What a peer does that does not keep to the protocol.
public enum BadPeerBehavior: String, Sendable, Hashable, CaseIterable {
    /// Answers in order, but without any body.
    case respondsWithoutBody
    /// Answers each request twice.
    case respondsTwice
    /// Sends a message of a stream and goes away, without its end.
    case abandonsStream
    /// Answers with an error whose code nobody knows.
    case unknownErrorCode
    /// Answers with an error whose fields are null.
    case nullError
    /// Answers with bytes that are no answer.
    case malformedResponse
    /// Answers with headers that never end.
    case endlessHeaders
    /// Announces more of a body than it sends, and goes away.
    case truncatedBody
    /// Answers in order, and closes its connections when it is told to.
    case closesBetweenCalls
}

/// Makes peers that do not keep to the protocol, and callers that do not.
public protocol BadTransportPeers: Sendable {
    /// Which behaviours there are.
    var behaviors: Set<BadPeerBehavior> { get }

    /// Runs a peer until the body returns.
    func with(_ behavior: BadPeerBehavior, _ body: (any BadTransportPeer) async throws -> Void) async throws

    /// Sends requests to a listener that are none: another verb, another path, another media type, no address of an
    /// endpoint, bytes of another protocol.
    ///
    /// - Returns: What was sent, and the code of the answer; nil if the connection was closed without one.
    func sendMalformedRequests(_ listener: Address) async throws -> [(what: String, response: MicroError.Code?)]
}

/// A peer that does not keep to the protocol.
public protocol BadTransportPeer: Sendable {
    /// Where it listens.
    var address: Address { get }

    /// Closes the connections that it has, and waits until they are closed.
    func closeConnections() async
}
