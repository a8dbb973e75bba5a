// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore

/// The options with which a harness creates a registry client for a case.
public struct RegistryClientOptions: Sendable {
    /// The namespace, new for each case.
    public var namespace: String
    /// Whether reads must return every write that was acknowledged before them. Without support for it, the harness
    /// throws ``/MicroCore/MicroError`` with `unsupported`.
    public var linearizableReads = false
    /// The addresses of proxies in front of the ``ConformanceHarness/endpoint``; nil for the backend itself. With
    /// several, the client must use one that works. If the adapter supports only one address, the harness throws
    /// ``/MicroCore/MicroError`` with `unsupported` for more: the cases about failover are then not runnable.
    public var addresses: [Address]?
    /// The time limit of one operation; nil for the default of the harness.
    public var timeout: Duration?
    /// The credentials that the client authenticates with.
    public var credentials = CredentialKind.valid
    /// The certificate authority that the client trusts for TLS.
    public var trust = TrustMode.valid
    /// The logger of the client; discards everything by default.
    public var logger = Logger.silent

    /// Creates options for a namespace, with defaults for everything else.
    public init(namespace: String) { self.namespace = namespace }
}

extension RegistryClientOptions: ClientOptions {}
