// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Configuration
package import MicroCore

/// An adapter's name, and factories that create its parts from settings.
///
/// Each adapter module declares one, and `MicroBackends` collects them.
package struct AdapterDescription: Sendable {
    /// Makes a registry from its settings.
    package typealias RegistryFactory = @Sendable (ConfigReader) throws -> any Registry
    /// Makes a transport from its settings.
    package typealias TransportFactory = @Sendable (ConfigReader) throws -> any Transport
    /// Makes a broker from its settings and the registry that is used with it.
    package typealias BrokerFactory = @Sendable (ConfigReader, any Registry) throws -> any Broker

    /// The value of `MICRO_REGISTRY`, `MICRO_TRANSPORT` and `MICRO_BROKER` that selects the adapter.
    package let name: String
    /// Other names that select the adapter, such as those of Go Micro's plugins.
    package let aliases: [String]
    /// Makes the registry; nil if the adapter has none.
    package let makeRegistry: RegistryFactory?
    /// Makes the transport; nil if the adapter has none.
    package let makeTransport: TransportFactory?
    /// Makes the broker; nil if the adapter has none.
    package let makeBroker: BrokerFactory?

    /// Describes an adapter.
    package init(
        name: String, aliases: [String] = [], registry: RegistryFactory? = nil, transport: TransportFactory? = nil,
        broker: BrokerFactory? = nil
    ) {
        self.name = name
        self.aliases = aliases
        makeRegistry = registry
        makeTransport = transport
        makeBroker = broker
    }
}
