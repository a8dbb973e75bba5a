// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
public import Logging
public import MicroCore

/// A registry on [etcd](https://etcd.io) 3.4 and later, in go-micro's layout: services in Go and Swift find each other.
///
/// Each node is a key with its own lease; the value is go-micro's JSON for the service with that node. A node that
/// misses its heartbeats is removed when its lease ends.
public final class EtcdRegistry: Registry {
    private let api: EtcdAPI
    private let keys: EtcdKeys
    private let registrar: EtcdRegistrar
    private let watcher: EtcdWatch
    private let hub: RegistryWatchHub
    private let logger: Logger

    /// Creates a client. It connects with the first operation.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if an address, the namespace or the prefix is not valid, or
    ///   there is a user without a password.
    public init(configuration: EtcdConfiguration = .init(), logger: Logger = .component("etcd")) throws {
        let keys = try configuration.validatedKeys()
        let api = try EtcdAPI(configuration: configuration)
        self.keys = keys
        self.api = api
        self.logger = logger
        registrar = EtcdRegistrar(api: api, keys: keys, logger: logger)
        let watcher = EtcdWatch(api: api, keys: keys, logger: logger)
        self.watcher = watcher
        hub = RegistryWatchHub { name, publish in await watcher.run(name, publish) }
    }

    /// `etcd`
    public var name: String { "etcd" }

    /// Another client may deregister a node; go-micro's records are read and written. Reads see all earlier writes, unless
    /// ``EtcdConfiguration/consistency`` is `serializable`.
    ///
    /// `foreignMoves` is not claimed: go-micro's keys begin with the service, so finding another client's key for the
    /// same node would require reading the keys of all services.
    public var capabilities: RegistryCapabilities {
        let always: RegistryCapabilities = [.foreignDeregistration, .goMicroRecords]
        return api.configuration.consistency == .serializable
            ? always : always.union([.readYourWrites, .linearizableReads])
    }

    /// The product and all addresses, such as `etcd at http://127.0.0.1:2379`.
    public var description: String { api.description }

    /// The configured addresses.
    public var serverAddresses: [Address] { api.addresses }

    /// See ``/MicroCore/Registry/register(_:timeToLive:)``. The time to live is in whole seconds. The minimum is what etcd
    /// grants for one second: two, with its default settings.
    @discardableResult
    public func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        try service.validate()
        let timeToLive = try TimeToLive.effectiveSeconds(timeToLive)
        return try await registrar.register(service, timeToLive: timeToLive)
    }

    /// See ``/MicroCore/Registry/deregister(_:)``.
    public func deregister(_ service: ServiceRecord) async throws {
        try service.validate()
        try await registrar.deregister(service)
    }

    /// See ``/MicroCore/Registry/lookUp(_:)``.
    public func lookUp(_ name: String) async throws -> [ServiceRecord] {
        try NameRules.check(service: name)
        let response = try await api.read(keys.range(name), by: api.deadline)
        return EtcdRecord.records(of: name, in: response.entries, keys: keys, logger: logger)
    }

    /// See ``/MicroCore/Registry/list()``.
    public func list() async throws -> [String] {
        let response = try await api.read(keys.range(nil), keysOnly: true, by: api.deadline)
        return Set(response.entries.compactMap { keys.parse($0.key)?.service }).sorted()
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
