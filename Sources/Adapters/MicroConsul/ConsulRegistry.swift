// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore

/// A registry on [Consul](https://developer.hashicorp.com/consul/api-docs), in go-micro's layout: Go services find
/// Swift ones and the other way round.
///
/// Each node is a service instance of the agent with a TTL check; version, metadata and endpoints are in its tags. A
/// node that misses its heartbeats turns critical and is not found any more; Consul removes it a minute later.
///
/// What is registered belongs to the agent that it was registered at. With several addresses, the heartbeat of a node
/// whose agent does not answer registers it anew at the next one that does; the copy at the lost agent turns critical
/// like any node without heartbeats.
public final class ConsulRegistry: Registry {
    private let registered = ConsulRegistrations()
    private let locks = KeyedLock<String>()
    private let api: ConsulAPI
    private let namespace: ConsulNamespace
    private let watcher: ConsulWatch
    private let hub: RegistryWatchHub
    private let logger: Logger

    /// Creates a client. Nothing is connected until it is used.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`: an address, the namespace or the datacenter cannot be
    ///   one.
    public init(configuration: ConsulConfiguration = .init(), logger: Logger = .current) throws {
        namespace = try configuration.validatedNamespace()
        api = try ConsulAPI(configuration: configuration)
        self.logger = logger
        let watcher = ConsulWatch(api: api, namespace: namespace, logger: logger)
        self.watcher = watcher
        hub = RegistryWatchHub { name, publish in await watcher.run(name, publish) }
    }

    /// `consul`
    public var name: String { "consul" }

    /// Another client may deregister a node through the same agent; go-micro's records are read and written.
    public var capabilities: RegistryCapabilities { [.foreignDeregistration, .goMicroRecords] }

    /// Such as `Consul at http://127.0.0.1:8500`, with all addresses.
    public var description: String { api.description }

    /// See ``MicroCore/Registry/register(_:timeToLive:)``. The shortest time to live is one second.
    @discardableResult
    public func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        try service.validate()
        let timeToLive = try TimeToLive.effective(timeToLive, minimum: .seconds(1))
        let created = try await locks.withLock(Set(service.nodes.map(\.id))) {
            var created = false
            for node in service.nodes {
                let registration = try AgentServiceRegistration(
                    node, of: service, in: namespace, timeToLive: timeToLive)
                let response = try await api.register(
                    registration, refreshingAt: registered.agent(toRefresh: registration))
                if response.existed { continue }
                created = registered.update(registration, at: response.agent) || created
            }
            return created
        }
        return RegisterOutcome(timeToLive: timeToLive, created: created)
    }

    /// See ``MicroCore/Registry/deregister(_:)``. What this client registered is removed where it was registered.
    public func deregister(_ service: ServiceRecord) async throws {
        try service.validate()
        try await locks.withLock(Set(service.nodes.map(\.id))) {
            for id in service.nodes.map({ namespace.stored($0.id) }) {
                let agents = registered.agents(of: id)
                try await api.deregister(id, at: agents.last)
                registered.remove(id)
                for agent in agents.dropLast() {
                    // An agent that was lost may be back, with what it had. If not, there is nothing to remove.
                    do { try await api.deregister(id, at: agent) } catch {
                        logger.debug("not deregistered at a lost agent", metadata: ["cause": "\(error)"])
                    }
                }
            }
        }
    }

    /// See ``MicroCore/Registry/lookUp(_:)``.
    public func lookUp(_ name: String) async throws -> [ServiceRecord] {
        try NameRules.check(service: name)
        let response = try await api.health(of: namespace.stored(name)).value
        return ConsulRecord.records(of: name, in: response, namespace: namespace, logger: logger)
    }

    /// See ``MicroCore/Registry/list()``. A service stays listed until Consul removes its last node.
    public func list() async throws -> [String] {
        try await api.services(withPrefix: namespace.prefix).value.keys.compactMap(namespace.service).sorted()
    }

    /// See ``MicroCore/Registry/watch(_:)``.
    public func watch(_ name: String?) throws -> RegistryWatch { try hub.watch(name) }

    /// See ``MicroCore/Registry/close()``.
    public func close() async {
        await hub.close()
        await watcher.close()
        await api.close()
    }
}
