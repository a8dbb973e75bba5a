// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Configuration
public import MicroCore
import MicroHTTP
import MicroMemory

/// The adapters that a program links, by the names that `MICRO_REGISTRY`, `MICRO_TRANSPORT` and `MICRO_BROKER`
/// use.
///
/// This module knows memory and HTTP; `MicroBackends` adds all others as `Backends.environment`.
public struct Backends: Sendable {
    /// Makes a registry from its settings.
    public typealias RegistryFactory = @Sendable (ConfigReader) throws -> any Registry
    /// Makes a transport from its settings.
    public typealias TransportFactory = @Sendable (ConfigReader) throws -> any Transport
    /// Makes a broker from its settings, and from the registry that goes with it.
    public typealias BrokerFactory = @Sendable (ConfigReader, any Registry) throws -> any Broker

    /// The registries, by name.
    public var registries: [String: RegistryFactory]
    /// The transports, by name.
    public var transports: [String: TransportFactory]
    /// The brokers, by name.
    public var brokers: [String: BrokerFactory]

    /// Creates a set of adapters.
    public init(
        registries: [String: RegistryFactory], transports: [String: TransportFactory], brokers: [String: BrokerFactory]
    ) {
        self.registries = registries
        self.transports = transports
        self.brokers = brokers
    }

    /// What every program links: the memory registry, and transports and brokers by HTTP and in memory.
    public static let builtIn = Backends(
        registries: [
            "memory": { try MemoryRegistry(namespace: $0.text("micro.registry.namespace") ?? "") }
        ],
        transports: ["http": { _ in HTTPTransport() }, "memory": { _ in MemoryTransport() }],
        brokers: [
            "http": { try HTTPBroker(registry: $1, configuration: HTTPBrokerConfiguration(configReader: $0)) },
            "memory": { _, _ in MemoryBroker() },
        ])

    /// The registry that `MICRO_REGISTRY` names; the one in memory if it is not set.
    ///
    /// - Throws: ``MicroError`` with `unsupported` if the program does not link the one of that name, `invalidArgument` if
    ///   there is none; and what the factory throws.
    public func makeRegistry(_ configuration: ConfigReader) throws -> any Registry {
        let name = configuration.text("micro.registry") ?? "memory"
        let known: Set = ["consul", "etcd", "memory"]
        return try Self.choose(name, of: registries, "MICRO_REGISTRY", known: known)(configuration)
    }

    /// The transport that `MICRO_TRANSPORT` names; HTTP if it is not set.
    ///
    /// - Throws: As ``makeRegistry(_:)``.
    public func makeTransport(_ configuration: ConfigReader) throws -> any Transport {
        let name = configuration.text("micro.transport") ?? "http"
        let known: Set = ["http", "memory", "nats"]
        return try Self.choose(name, of: transports, "MICRO_TRANSPORT", known: known)(configuration)
    }

    /// The broker that `MICRO_BROKER` names. If it is not set, the one that reaches as far as the registry without
    /// anything else to install: memory beside a registry in memory, HTTP beside any other.
    ///
    /// - Throws: As ``makeRegistry(_:)``.
    public func makeBroker(_ configuration: ConfigReader, registry: any Registry) throws -> any Broker {
        let fallback = registry.name == "memory" ? "memory" : "http"
        let name = configuration.text("micro.broker") ?? fallback
        let known: Set = ["http", "memory", "nats"]
        return try Self.choose(name, of: brokers, "MICRO_BROKER", known: known)(configuration, registry)
    }

    private static func choose<Factory>(
        _ name: String, of factories: [String: Factory], _ variable: String, known: Set<String>
    ) throws -> Factory {
        if let factory = factories[name] { return factory }
        let linked = factories.keys.sorted().joined(separator: ", ")
        guard known.contains(name) else {
            throw MicroError(
                .invalidArgument,
                "\(variable)=\(name) is not known: choose one of \(known.union(factories.keys).sorted().joined(separator: ", "))",
                origin: MicroError.Origin.client)
        }
        throw MicroError(
            .unsupported,
            "\(variable)=\(name), but this program links only \(linked): import MicroBackends and pass "
                + "backends: .environment", origin: MicroError.Origin.client)
    }
}
