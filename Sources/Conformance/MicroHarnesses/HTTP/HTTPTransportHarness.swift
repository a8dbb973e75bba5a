// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroConformance
package import MicroCore
import MicroHTTP

/// The harness of the HTTP transport, over loopback.
package struct HTTPTransportHarness: TransportHarness {
    /// The adapter.
    package let subject = TestSubject(
        adapter: "HTTPTransport", adapterVersion: SwiftMicro.version, backend: "HTTP/1.1", backendVersion: "-")

    /// The guarantees of the adapter; by default those of the contract.
    package let bounds: TransportBounds

    /// Creates a harness.
    package init(bounds: TransportBounds = TransportBounds()) { self.bounds = bounds }

    /// Clients connect to listeners themselves.
    package var networkPath: NetworkPath { .listener }

    /// Peers that send raw bytes.
    package var badPeers: (any BadTransportPeers)? { HTTPBadPeers() }

    /// See ``MicroConformance/TransportHarness/makeTransport(_:)``.
    package func makeTransport(_ options: TransportClientOptions) async throws -> any Transport {
        var configuration = HTTPConfiguration()
        if let maxBodySize = options.maxBodySize { configuration.maxBodySize = maxBodySize }
        return HTTPTransport(configuration: configuration, logger: options.logger)
    }
}
