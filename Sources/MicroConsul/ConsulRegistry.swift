// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
public import Logging
public import MicroCore
import Synchronization

/// A registry on [Consul](https://developer.hashicorp.com/consul/api-docs), in go-micro's layout: Go services find
/// Swift ones and the other way round.
///
/// Each node is a service instance of the agent with a TTL check; version, metadata and endpoints are in its tags. A
/// node that misses its heartbeats turns critical and is not found any more; Consul removes it a minute later.
public final class ConsulRegistry: Registry {
    /// What was registered here, so that a heartbeat is one cheap request.
    private let registered = Mutex<[String: ConsulRegistration]>([:])
    private let locks = KeyedLock<String>()
    private let hub: RegistryWatchHub
    private let api: ConsulAPI
    private let logger: Logger

    /// Creates a client. Nothing is connected until it is used.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`: the address cannot be one.
    public init(configuration: ConsulConfiguration = .init(), logger: Logger = .current) throws {
        let api = try ConsulAPI(configuration: configuration)
        let watch = ConsulWatch(api: api, logger: logger)
        self.api = api
        self.logger = logger
        hub = RegistryWatchHub { name, publish in await watch.run(name, publish) }
    }

    /// `consul`
    public var name: String { "consul" }

    /// Another client may deregister a node through the same agent; go-micro's records are read and written.
    public var capabilities: RegistryCapabilities { [.foreignDeregistration, .goMicroRecords] }

    /// Such as `Consul at http://127.0.0.1:8500`.
    public var description: String { api.description }

    /// See ``MicroCore/Registry/register(_:timeToLive:)``. The shortest time to live is one second.
    @discardableResult
    public func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        try service.validate()
        let timeToLive = try ConsulRegistration.timeToLiveInForce(timeToLive)
        let created = try await locks.withLock(Set(service.nodes.map(\.id))) {
            var created = false
            for node in service.nodes {
                let registration = try ConsulRegistration(node, of: service, timeToLive: timeToLive)
                if try await refresh(registration) { continue }
                try await api.register(registration)
                let before = registered.withLock { $0.updateValue(registration, forKey: node.id) }
                // Sent again though nothing changed: the agent had lost its check.
                let wasLost = before == registration && registration.check != nil
                created = created || before == nil || wasLost
            }
            return created
        }
        return RegisterOutcome(timeToLive: timeToLive, created: created)
    }

    /// See ``MicroCore/Registry/deregister(_:)``.
    public func deregister(_ service: ServiceRecord) async throws {
        try service.validate()
        try await locks.withLock(Set(service.nodes.map(\.id))) {
            for node in service.nodes {
                try await api.deregister(node.id)
                registered.withLock { $0[node.id] = nil }
            }
        }
    }

    /// See ``MicroCore/Registry/lookUp(_:)``.
    public func lookUp(_ name: String) async throws -> [ServiceRecord] {
        try NameRules.check(service: name)
        return ConsulRecord.records(of: name, in: try await api.health(of: name).value, logger: logger)
    }

    /// See ``MicroCore/Registry/list()``. A service stays listed until Consul removes its last node.
    public func list() async throws -> [String] { try await api.serviceNames().sorted() }

    /// See ``MicroCore/Registry/watch(_:)``.
    public func watch(_ name: String?) throws -> RegistryWatch { try hub.watch(name) }

    /// See ``MicroCore/Registry/close()``.
    public func close() async {
        await hub.close()
        await api.close()
    }

    /// Passes the check of a registration that Consul should have; false when it must be sent whole.
    private func refresh(_ registration: ConsulRegistration) async throws -> Bool {
        guard registration.check != nil, registered.withLock({ $0[registration.id] }) == registration else {
            return false
        }
        return try await api.pass(registration.id)
    }
}
