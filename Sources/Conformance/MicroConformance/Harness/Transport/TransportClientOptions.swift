// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore

/// The options with which a harness creates a transport for a case.
public struct TransportClientOptions: Sendable {
    /// The address of the server between both sides; nil for the ``ConformanceHarness/endpoint`` itself.
    public var address: Address?
    /// The maximum size of a body, in bytes; nil for the default of the adapter. A harness whose adapter has no such setting
    /// ignores it: the case that needs it is then not runnable.
    public var maxBodySize: Int?
    /// The certificate authority that the transport trusts for TLS.
    public var trust = TrustMode.valid
    /// The credentials that the transport authenticates with.
    public var credentials = CredentialKind.valid
    /// The logger of the transport; discards everything by default.
    public var logger = Logger.silent

    /// Creates options with defaults for everything.
    public init() {}
}
