// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings
public import Configuration
public import MicroCore
import MicroHTTP
import MicroMemory

/// The adapters that a program links, by the names for `MICRO_REGISTRY`, `MICRO_TRANSPORT` and `MICRO_BROKER`.
///
/// ``builtIn`` holds memory and HTTP; `MicroBackends` adds the other adapters of this package as
/// `Backends.environment`. Add an adapter of another package under a name:
///
/// ```swift
/// var backends = Backends.environment
/// backends.registries["files"] = { _ in try FileRegistry(folder: folder) }
/// ```
public struct Backends: Sendable {
    /// Creates a registry from its settings.
    public typealias RegistryFactory = @Sendable (ConfigReader) throws -> any Registry
    /// Creates a transport from its settings.
    public typealias TransportFactory = @Sendable (ConfigReader) throws -> any Transport
    /// Creates a broker from its settings and the registry that is used with it.
    public typealias BrokerFactory = @Sendable (ConfigReader, any Registry) throws -> any Broker

    /// The registries, by name.
    public var registries: [String: RegistryFactory]
    /// The transports, by name.
    public var transports: [String: TransportFactory]
    /// The brokers, by name.
    public var brokers: [String: BrokerFactory]
    /// The names of adapters, by their other names.
    private var aliases: [String: String] = [:]
    /// Whether all adapters of this package are linked, so that an error has no further module to suggest.
    private let isComplete: Bool

    /// Creates a set of adapters.
    public init(
        registries: [String: RegistryFactory], transports: [String: TransportFactory], brokers: [String: BrokerFactory]
    ) {
        self.registries = registries
        self.transports = transports
        self.brokers = brokers
        isComplete = false
    }

    /// Collects adapters by their descriptions.
    package init(_ adapters: [AdapterDescription], isComplete: Bool = false) {
        registries = [:]
        transports = [:]
        brokers = [:]
        for adapter in adapters {
            registries[adapter.name] = adapter.makeRegistry
            transports[adapter.name] = adapter.makeTransport
            brokers[adapter.name] = adapter.makeBroker
            for alias in adapter.aliases { aliases[alias] = adapter.name }
        }
        self.isComplete = isComplete
    }

    /// The adapters that need no server and no other module: registry, transport and broker in memory, transport and
    /// broker over HTTP.
    public static let builtIn = Backends([.memory, .http])

    /// Creates the registry that `MICRO_REGISTRY` selects; the one in memory if it is not set.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` if the program links no registry of that name; and the errors of
    ///   the factory.
    public func makeRegistry(_ configuration: ConfigReader) throws -> any Registry {
        let selection = try factory(
            in: registries, setting: "micro.registry", default: "memory", foreignNames: Self.foreignRegistries,
            configuration)
        return try selection(configuration)
    }

    /// Creates the transport that `MICRO_TRANSPORT` selects; HTTP if it is not set.
    ///
    /// - Throws: As ``makeRegistry(_:)``.
    public func makeTransport(_ configuration: ConfigReader) throws -> any Transport {
        let selection = try factory(
            in: transports, setting: "micro.transport", default: "http", foreignNames: Self.foreignTransports,
            configuration)
        return try selection(configuration)
    }

    /// Creates the broker that `MICRO_BROKER` selects. If it is not set: memory with a registry in memory, which serves a
    /// single process; HTTP with any other registry, because it needs no server.
    ///
    /// - Throws: As ``makeRegistry(_:)``.
    public func makeBroker(_ configuration: ConfigReader, registry: any Registry) throws -> any Broker {
        let fallback = registry.name == "memory" ? "memory" : "http"
        let selection = try factory(
            in: brokers, setting: "micro.broker", default: fallback, foreignNames: Self.foreignBrokers, configuration)
        return try selection(configuration, registry)
    }

    /// Names that Go Micro's own flags accept and that have no counterpart here. The default replaces them with a warning, so
    /// that the environment of a fleet can be kept when services move over.
    private static let foreignRegistries: Set = ["cache", "gossip", "mdns", "multicast", "proxy", "service", "sidecar"]
    private static let foreignTransports: Set = ["grpc", "quic", "tcp", "udp", "utp"]
    private static let foreignBrokers: Set = ["eats", "grpc", "service"]

    private func factory<Factory>(
        in factories: [String: Factory], setting key: String, default fallback: String, foreignNames: Set<String>,
        _ configuration: ConfigReader
    ) throws -> Factory {
        let name = configuration.nonEmptyString(ConfigKey(key)) ?? fallback
        if let factory = factories[name] ?? aliases[name].flatMap({ factories[$0] }) { return factory }
        let variable = key.uppercased().replacing(".", with: "_")
        if name == "default" || foreignNames.contains(name), let factory = factories[fallback] {
            if name != "default" {
                SettingWarnings.shared.warn(variable: variable, value: name, replacement: fallback)
            }
            return factory
        }
        let linked = factories.keys.sorted().joined(separator: ", ")
        let advice = isComplete ? "" : ", or import MicroBackends and pass backends: .environment for other adapters"
        throw MicroError(
            .invalidArgument, "\(variable)=\(name) is not linked into this program: choose one of \(linked)\(advice)",
            origin: MicroError.Origin.client)
    }
}
