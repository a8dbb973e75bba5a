// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroConformance
public import MicroCore
import MicroMemory

/// The memory transport, put to the test in a memory of its own.
public struct MemoryTransportHarness: TransportHarness {
    /// What a reader of a report is told.
    public let subject = TestSubject(
        adapter: "MemoryTransport", adapterVersion: SwiftMicro.version, backend: "memory", backendVersion: "-")

    /// Everything happens at once; what remains is for a loaded machine.
    public let bounds: TransportBounds

    private let backend = MemoryBackend()

    /// Creates a harness.
    public init(bounds: TransportBounds = TransportBounds(timeouts: .init(observationWindow: .milliseconds(50)))) {
        self.bounds = bounds
    }

    /// See ``MicroConformance/TransportHarness/makeTransport(_:)``.
    public func makeTransport(_ options: TransportClientOptions) async throws -> any Transport {
        MemoryTransport(backend: backend)
    }
}
