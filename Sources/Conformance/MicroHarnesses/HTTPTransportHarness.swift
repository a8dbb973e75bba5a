// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroConformance
public import MicroCore
import MicroHTTP

/// The HTTP transport, put to the test over loopback.
public struct HTTPTransportHarness: TransportHarness {
    /// What a reader of a report is told.
    public let subject = TestSubject(
        adapter: "HTTPTransport", adapterVersion: SwiftMicro.version, backend: "HTTP/1.1", backendVersion: "-")

    /// Those of the contract.
    public let bounds: TransportBounds

    /// Creates a harness.
    public init(bounds: TransportBounds = TransportBounds()) { self.bounds = bounds }

    /// Clients connect to listeners themselves.
    public var networkPath: NetworkPath { .listener }

    /// Peers of raw bytes.
    public var badPeers: (any BadTransportPeers)? { HTTPBadPeers() }

    /// See ``MicroConformance/TransportHarness/makeTransport(_:)``.
    public func makeTransport(_ options: TransportClientOptions) async throws -> any Transport {
        HTTPTransport(logger: options.logger)
    }
}
