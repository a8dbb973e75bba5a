// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A feature of a harness that some cases need, in addition to clients and control of the backend.
public enum HarnessHook: String, Sendable, Hashable, CaseIterable {
    /// ``ConformanceHarness/endpoint``, for a ``FaultProxy`` in front of the backend.
    case endpoint
    /// An endpoint that uses plain HTTP, for an ``HTTPFaultProxy`` in front of the backend.
    case http
    /// An endpoint that uses TLS, and clients with ``TrustMode/wrongAuthority``.
    case tls
    /// Clients with ``CredentialKind/wrong``.
    case wrongCredentials
    /// Clients with ``CredentialKind/unprivileged``.
    case unprivilegedCredentials
    /// Clients with ``CredentialKind/revocable``.
    case revocableCredentials
    /// ``RegistryHarness/peer`` or ``BrokerHarness/peer``.
    case peer
    /// ``RegistryHarness/corrupter``.
    case corrupter
    /// ``BrokerHarness/badSubscribers``.
    case badSubscribers
    /// ``TransportHarness/networkPath``, for a ``FaultProxy`` between client and listener.
    case networkPath
    /// ``TransportHarness/badPeers``.
    case badPeers

    /// The purpose of the hook, as printed in reports.
    var purpose: String {
        switch self {
        case .endpoint: "a fault proxy in front of the backend"
        case .http: "an HTTP fault proxy in front of the backend"
        case .tls: "a backend with TLS"
        case .wrongCredentials: "credentials that the backend does not know"
        case .unprivilegedCredentials: "credentials without permissions"
        case .revocableCredentials: "credentials that can be revoked"
        case .peer: "access to the backend without the adapter"
        case .corrupter: "unreadable records at the backend"
        case .badSubscribers: "subscribers that fail"
        case .networkPath: "a fault proxy between client and listener"
        case .badPeers: "peers that violate the protocol"
        }
    }
}
