// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings
package import MicroConformance

/// An adapter of this package with a harness for each of its parts: registry, broker, transport.
///
/// Each adapter's folder in this module declares one, and ``all`` collects them.
package struct HarnessDescription: Sendable {
    /// Creates a harness for a backend that is already running.
    package typealias Factory<Harness> = @Sendable (HarnessOptions) async throws -> Harness

    /// The adapter under test.
    package let adapter: AdapterDescription
    /// Whether the backend is part of this process. If so, it has no address, and its harness controls it.
    package let isInProcess: Bool
    /// Makes the harness of the registry; nil if the adapter has no registry.
    package let makeRegistryHarness: Factory<any RegistryHarness>?
    /// Makes the harness of the broker; nil if the adapter has no broker.
    package let makeBrokerHarness: Factory<any BrokerHarness>?
    /// Makes the harness of the transport; nil if the adapter has no transport.
    package let makeTransportHarness: Factory<any TransportHarness>?

    /// Describes the harnesses of an adapter.
    package init(
        _ adapter: AdapterDescription, isInProcess: Bool = false, registry: Factory<any RegistryHarness>? = nil,
        broker: Factory<any BrokerHarness>? = nil, transport: Factory<any TransportHarness>? = nil
    ) {
        self.adapter = adapter
        self.isInProcess = isInProcess
        makeRegistryHarness = registry
        makeBrokerHarness = broker
        makeTransportHarness = transport
    }
}
