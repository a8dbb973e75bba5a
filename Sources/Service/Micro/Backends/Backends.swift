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
    /// The canonical names of adapters, by their aliases.
    private var aliases: [String: String] = [:]
    /// Whether all adapters of this package are linked. If so, errors do not suggest another module.
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

    /// The adapters that need no server and no other module: the in-memory registry, transport and broker, and the HTTP
    /// transport and broker.
    public static let builtIn = Backends([.memory, .http])

    /// Creates the registry that `MICRO_REGISTRY` selects; the memory registry if it is not set.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if the program links no registry of that name; and the errors of
    ///   the factory.
    public func makeRegistry(_ configuration: ConfigReader) throws -> any Registry {
        let selection = try factory(
            in: registries, setting: "micro.registry", default: "memory", foreign: .registries, configuration)
        return try selection(configuration)
    }

    /// Creates the transport that `MICRO_TRANSPORT` selects; HTTP if it is not set.
    ///
    /// - Throws: As ``makeRegistry(_:)``.
    public func makeTransport(_ configuration: ConfigReader) throws -> any Transport {
        // Go Micro selects the protocol of its client and server separately from the transport.
        let foreign = ForeignAdapters.protocols
        for key in ["micro.client", "micro.server"] {
            guard let name = configuration.nonEmptyString(ConfigKey(key)), foreign.names.contains(name) else {
                continue
            }
            SettingWarnings.shared.warn(
                variable: Self.variable(key), value: name, replacement: "mucp", effect: foreign.effect,
                choices: ["mucp"]
            )
        }
        let selection = try factory(
            in: transports, setting: "micro.transport", default: "http", foreign: .transports, configuration)
        return try selection(configuration)
    }

    /// Creates the broker that `MICRO_BROKER` selects. If it is not set: memory with the memory registry, which serves
    /// a single process; HTTP with any other registry, because it needs no server.
    ///
    /// - Throws: As ``makeRegistry(_:)``.
    public func makeBroker(_ configuration: ConfigReader, registry: any Registry) throws -> any Broker {
        let fallback = registry.name == "memory" ? "memory" : "http"
        let selection = try factory(
            in: brokers, setting: "micro.broker", default: fallback, foreign: .brokers, configuration)
        return try selection(configuration, registry)
    }

    /// Checks that `MICRO_REGISTRY`, `MICRO_TRANSPORT` and `MICRO_BROKER` select adapters that the program links, for a program that
    /// does not use all three.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if one does not.
    package func checkSelection(_ configuration: ConfigReader) throws {
        _ = try factory(
            in: registries, setting: "micro.registry", default: "memory", foreign: .registries, configuration)
        _ = try factory(
            in: transports, setting: "micro.transport", default: "http", foreign: .transports, configuration)
        _ = try factory(in: brokers, setting: "micro.broker", default: "http", foreign: .brokers, configuration)
    }

    /// The environment variable of a setting.
    private static func variable(_ key: String) -> String { key.uppercased().replacing(".", with: "_") }

    private func factory<Factory>(
        in factories: [String: Factory], setting key: String, default fallback: String, foreign: ForeignAdapters,
        _ configuration: ConfigReader
    ) throws -> Factory {
        let name = configuration.nonEmptyString(ConfigKey(key)) ?? fallback
        if let factory = factories[name] ?? aliases[name].flatMap({ factories[$0] }) { return factory }
        let variable = Self.variable(key)
        if name == "default", let factory = factories[fallback] { return factory }
        if foreign.names.contains(name), let factory = factories[fallback] {
            SettingWarnings.shared.warn(
                variable: variable, value: name, replacement: fallback, effect: foreign.effect,
                choices: factories.keys.sorted())
            return factory
        }
        let linked = factories.keys.sorted().joined(separator: ", ")
        let advice = isComplete ? "" : ", or import MicroBackends and pass backends: .environment for other adapters"
        throw MicroError(
            .invalidArgument, "\(variable)=\(name) is not linked into this program: choose one of \(linked)\(advice)",
            origin: MicroError.Origin.client)
    }
}
