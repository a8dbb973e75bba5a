// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
public import Logging
public import MicroCore

/// A registry on [Consul](https://developer.hashicorp.com/consul/api-docs), in go-micro's layout: services in Go and
/// Swift find each other.
///
/// Each node is a service instance of the agent with a TTL check; version, metadata and endpoints are in its tags. A node
/// that misses its heartbeats becomes critical and is no longer found; Consul removes it a minute later.
///
/// A registration belongs to the agent that received it. With several addresses, if the agent of a node does not
/// respond, the heartbeat registers the node at the next agent that does; the copy at the lost agent becomes critical
/// like any node without heartbeats.
public final class ConsulRegistry: Registry {
    private let api: ConsulAPI
    private let namespace: ConsulNamespace
    private let registrar: ConsulRegistrar
    private let watcher: ConsulWatch
    private let hub: RegistryWatchHub
    private let logger: Logger

    /// Creates a client. It connects with the first operation.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if an address, the namespace or the datacenter is not
    ///   valid.
    public init(configuration: ConsulConfiguration = .init(), logger: Logger = .component("consul")) throws {
        let namespace = try configuration.validatedNamespace()
        let api = try ConsulAPI(configuration: configuration)
        self.namespace = namespace
        self.api = api
        self.logger = logger
        registrar = ConsulRegistrar(api: api, namespace: namespace, logger: logger)
        let watcher = ConsulWatch(api: api, namespace: namespace, logger: logger)
        self.watcher = watcher
        hub = RegistryWatchHub { name, publish in await watcher.run(name, publish) }
    }

    /// `consul`
    public var name: String { "consul" }

    /// Another client may deregister or move a node through the same agent; go-micro's records are read and written.
    public var capabilities: RegistryCapabilities { [.foreignDeregistration, .goMicroRecords, .foreignMoves] }

    /// The product and all addresses, such as `Consul at http://127.0.0.1:8500`.
    public var description: String { api.description }

    /// The configured addresses.
    public var serverAddresses: [Address] { api.addresses }

    /// See ``/MicroCore/Registry/register(_:timeToLive:)``. The minimum time to live is one second.
    @discardableResult
    public func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        try service.validate()
        let timeToLive = try TimeToLive.effective(timeToLive, minimum: .seconds(1))
        return try await registrar.register(service, timeToLive: timeToLive)
    }

    /// See ``/MicroCore/Registry/deregister(_:)``. A node that this client registered is removed at every agent where it
    /// was registered.
    public func deregister(_ service: ServiceRecord) async throws {
        try service.validate()
        try await registrar.deregister(service)
    }

    /// See ``/MicroCore/Registry/lookUp(_:)``.
    public func lookUp(_ name: String) async throws -> [ServiceRecord] {
        try NameRules.check(service: name)
        let response = try await api.health(of: namespace.stored(name)).value
        return ConsulRecord.records(of: name, in: response, namespace: namespace, logger: logger)
    }

    /// See ``/MicroCore/Registry/list()``. A service stays listed until Consul removes its last node.
    public func list() async throws -> [String] {
        try await api.services(withPrefix: namespace.prefix).value.keys.compactMap(namespace.service).sorted()
    }

    /// See ``/MicroCore/Registry/watch(_:)``.
    public func watch(_ name: String?) throws -> RegistryWatch { try hub.watch(name) }

    /// See ``/MicroCore/Registry/close()``.
    public func close() async {
        await hub.close()
        await watcher.close()
        await api.close()
    }
}
