// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// The address of a backend and its protocol, so that a case can put a proxy in front of it.
public struct BackendEndpoint: Sendable, Hashable {
    /// The protocol of a backend, in the detail that a proxy needs.
    public enum WireProtocol: String, Sendable, Hashable {
        /// HTTP/1.1 without TLS.
        case http
        /// Any protocol over TLS.
        case tls
        /// Any other protocol over TCP.
        case tcp
    }

    /// The address, on this host or on another one.
    public var address: Address
    /// The protocol spoken there.
    public var wireProtocol: WireProtocol

    /// Creates an endpoint.
    public init(_ address: Address, wireProtocol: WireProtocol) {
        self.address = address
        self.wireProtocol = wireProtocol
    }
}
