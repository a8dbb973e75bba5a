// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroConformance
package import MicroCore
import MicroMemory

/// The harness of the memory transport, with its own backend.
package struct MemoryTransportHarness: TransportHarness {
    /// The adapter.
    package let subject = TestSubject(
        adapter: "MemoryTransport", adapterVersion: SwiftMicro.version, backend: "memory", backendVersion: "-")

    /// The guarantees of the adapter. Every operation takes effect immediately; the bounds allow for a loaded machine.
    package let bounds: TransportBounds

    private let backend = MemoryBackend()

    /// Creates a harness.
    package init(bounds: TransportBounds = TransportBounds(timeouts: .init(observationWindow: .milliseconds(50)))) {
        self.bounds = bounds
    }

    /// See ``MicroConformance/TransportHarness/makeTransport(_:)``.
    package func makeTransport(_ options: TransportClientOptions) async throws -> any Transport {
        var configuration = MemoryTransport.Configuration()
        if let maxBodySize = options.maxBodySize { configuration.maxBodySize = maxBodySize }
        return MemoryTransport(backend: backend, configuration: configuration)
    }
}
