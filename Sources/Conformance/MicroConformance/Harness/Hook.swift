// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// What a case needs of the harness beside clients and control of the backend.
public enum Hook: String, Sendable, Hashable, CaseIterable {
    /// ``ConformanceHarness/endpoint``, for a ``FaultProxy`` before the backend.
    case endpoint
    /// An entrance that is plain HTTP, for an ``HTTPFaultProxy``.
    case http
    /// An entrance that is TLS, and clients with ``Trust/wrongAuthority``.
    case tls
    /// Clients with ``Credentials/wrong``.
    case wrongCredentials
    /// Clients with ``Credentials/unprivileged``.
    case unprivilegedCredentials
    /// Clients with ``Credentials/revocable``.
    case revocableCredentials
    /// ``RegistryHarness/peer`` or ``BrokerHarness/peer``.
    case peer
    /// ``RegistryHarness/corrupter``.
    case corrupter
    /// ``BrokerHarness/badSubscribers``.
    case badSubscribers
    /// ``TransportHarness/networkPath``, for a ``FaultProxy`` between both sides.
    case networkPath
    /// ``TransportHarness/badPeers``.
    case badPeers
}

/// Where the backend listens, so that a case can put a proxy in between.
public struct BackendEndpoint: Sendable, Hashable {
    /// What is spoken there.
    public enum Wire: String, Sendable, Hashable {
        /// HTTP/1.1.
        case http
        /// Anything over TLS.
        case tls
        /// Anything else over TCP.
        case tcp
    }

    /// The address, on this machine or not.
    public var address: Address
    /// What is spoken there.
    public var wire: Wire

    /// Creates an entrance.
    public init(_ address: Address, wire: Wire) {
        self.address = address
        self.wire = wire
    }
}

/// Who a client says that it is.
public enum Credentials: String, Sendable, Hashable, CaseIterable {
    /// Those of the harness: whatever cases do is allowed to them.
    case valid
    /// Unknown to the backend.
    case wrong
    /// Known to the backend, and allowed nothing.
    case unprivileged
    /// Allowed everything, until ``BackendAction/revokeCredentials``.
    case revocable
}

/// Whom a client trusts over TLS.
public enum Trust: String, Sendable, Hashable, CaseIterable {
    /// The authority of the backend's certificate.
    case valid
    /// An authority that has nothing to do with it.
    case wrongAuthority
}
