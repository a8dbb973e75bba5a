// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
public import Logging
public import MicroCore

/// A registry on the API of [Kubernetes](https://kubernetes.io) 1.18 and later.
///
/// Each node is a Lease of `coordination.k8s.io/v1` with go-micro's JSON for the service with that node. Readers ignore a
/// Lease that was not renewed in time; clients that register services delete it later.
public final class KubernetesRegistry: Registry {
    private let api: KubernetesAPI
    private let names: KubernetesNames
    private let versions: KubernetesVersions
    private let registrar: KubernetesRegistrar
    private let watcher: KubernetesWatch
    private let hub: RegistryWatchHub
    private let logger: Logger

    /// Creates a client. It connects with the first operation.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if an address, a namespace or a setting is not valid.
    public init(configuration: KubernetesConfiguration = .init(), logger: Logger = .component("kubernetes")) throws {
        let names = try configuration.validatedNames()
        let api = try KubernetesAPI(configuration: configuration, logger: logger)
        let versions = KubernetesVersions(consistency: configuration.consistency)
        (self.names, self.api, self.versions, self.logger) = (names, api, versions, logger)
        registrar = KubernetesRegistrar(api: api, names: names, versions: versions, logger: logger)
        let watcher = KubernetesWatch(api: api, names: names, versions: versions, logger: logger)
        self.watcher = watcher
        hub = RegistryWatchHub { name, publish in await watcher.run(name, publish) }
    }

    /// `kubernetes`
    public var name: String { "kubernetes" }

    /// Another client may deregister or move a node, and a client sees its own writes. With
    /// ``KubernetesConfiguration/Consistency/linearizable``, reads see all earlier writes; with
    /// ``KubernetesConfiguration/goMicroPods``, records of go-micro are read and written.
    public var capabilities: RegistryCapabilities {
        let always: RegistryCapabilities = [
            .foreignDeregistration, .readYourWrites, .linearizableReads, .foreignMoves,
        ]
        return api.configuration.readsGoMicroPods ? always.union(.goMicroRecords) : always
    }

    /// The product and all addresses, such as `Kubernetes at https://10.0.0.1:443`.
    public var description: String { api.description }

    /// See ``/MicroCore/Registry/register(_:timeToLive:)``. The time to live is in whole seconds, at least one.
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
        return ServiceRecord.merging(try await read(name))
    }

    /// See ``/MicroCore/Registry/list()``.
    public func list() async throws -> [String] { Set(try await read(nil).map(\.service.name)).sorted() }

    /// See ``/MicroCore/Registry/watch(_:)``.
    public func watch(_ name: String?) throws -> RegistryWatch { try hub.watch(name) }

    /// See ``/MicroCore/Registry/close()``.
    public func close() async {
        await hub.close()
        await watcher.close()
        await registrar.close()
        await api.close()
    }

    /// The nodes of a service, or of all (nil), that have not expired.
    private func read(_ name: String?) async throws -> [StoredNode] {
        let deadline = api.deadline
        let snapshot = try await snapshot(names.selector(name.map { [$0] }), by: deadline)
        let nodes = KubernetesRecord.records(
            of: name, in: snapshot.objects, at: api.clock.time(), names: names, logger: logger)
        guard api.configuration.readsGoMicroPods else { return nodes }
        let pods = try await api.listPods(name, by: deadline).objects
        return nodes
            + pods.flatMap { GoMicroPods.nodes(of: $0, logger: logger) }
            .filter { $0.service.name == name ?? $0.service.name }
    }

    private func snapshot(
        _ selector: String, by deadline: ContinuousClock.Instant
    ) async throws -> KubernetesAPI.Snapshot<Lease> {
        let read = versions.begin()
        do {
            let snapshot = try await api.list(selector, from: read.source, by: deadline)
            versions.record(snapshot.version, read)
            return snapshot
        } catch let error as MicroError {
            versions.forget()
            guard case .cache = read.source, error.kubernetesStatus?.isAboutVersion == true else { throw error }
            return try await api.list(selector, from: .storage, by: deadline)
        }
    }
}
