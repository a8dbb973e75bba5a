// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Watches any number of services, or all of a namespace, with two blocking queries.
///
/// The query for all checks returns when instances are added, are removed, fail or recover, and when the digest of one
/// changes. The query for the names of services returns for instances without checks. Only services that are watched, and
/// that may have changed, are read again.
final class ConsulCatalog: Sendable {
    /// The maximum number of services that are read at once.
    private static let maxConcurrentReads = 8

    private let subscribers: CatalogSubscribers
    /// Runs the queries as long as there are subscribers.
    private let queries: SharedTask

    init(api: ConsulAPI, namespace: ConsulNamespace, logger: Logger) {
        let subscribers = CatalogSubscribers()
        self.subscribers = subscribers
        queries = SharedTask {
            await Self.run(api: api, namespace: namespace, logger: logger, subscribers: subscribers)
        }
    }

    /// Publishes the states of a service, or of all (nil), until the task is cancelled or the catalog is closed.
    func follow(_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void) async {
        let id = subscribers.add(name, publish)
        defer { subscribers.remove(id) }
        await queries.keepRunning()
    }

    func close() async { await queries.close() }

    private static func run(
        api: ConsulAPI, namespace: ConsulNamespace, logger: Logger, subscribers: CatalogSubscribers
    ) async {
        let updates = CatalogUpdates()
        subscribers.onAdd { updates.repeatSignal() }
        let checks = ConsulBlockingQuery(subject: "*", logger: logger) { try await api.checks(after: $0) }
        let services = ConsulBlockingQuery(subject: "*", logger: logger) { index in
            // Whether an empty result is reliable is checked only for watches of all services.
            try await api.services(withPrefix: namespace.prefix, after: index, allowsFilteredResult: true)
        }
        let cache = CatalogCache(
            namespace: namespace, watchRenewalInterval: api.configuration.watchRenewalInterval, logger: logger)
        await withDiscardingTaskGroup { group in
            group.addTask { await checks.run { updates.store(checks: $0) } }
            group.addTask { await services.run { updates.store(services: $0) } }
            await Self.publishUpdates(updates, cache, api: api, to: subscribers)
            group.cancelAll()
        }
    }

    private static func publishUpdates(
        _ updates: CatalogUpdates, _ cache: CatalogCache, api: ConsulAPI, to subscribers: CatalogSubscribers
    ) async {
        var cache = cache
        var retry = WatchRetry()
        for await _ in updates.signals {
            let latest = updates.take()
            let snapshot = subscribers.current
            if let cause = latest.failure { subscribers.publish(cause, to: snapshot) }
            guard let checks = latest.checks, let services = latest.services else { continue }
            if latest.isFresh { cache.invalidate() }
            cache.update(
                checks: checks, services: services, hasNewServices: latest.hasNewServices, watched: snapshot.names)
            do {
                try await readPending(&cache, api: api)
                let listError = snapshot.names == nil ? try await listError(cache, api: api) : nil
                subscribers.publish(cache, to: snapshot, listError: listError)
                retry.reset()
            } catch let cause as MicroError where cause.code != .closed {
                subscribers.publish(cause, to: snapshot)
                guard await retry.wait(after: cause) else { return }
                updates.repeatSignal()
            } catch {
                return
            }
        }
    }

    /// Reads the services that may have changed, a few at once. After a failure the others remain pending.
    private static func readPending(_ cache: inout CatalogCache, api: ConsulAPI) async throws {
        var pending = cache.pending.makeIterator()
        let namespace = cache.namespace
        try await withThrowingTaskGroup(of: (String, Result<[ServiceEntry], MicroError>).self) { group in
            func startNext() {
                guard let name = pending.next() else { return }
                group.addTask {
                    do {
                        return (name, .success(try await api.health(of: namespace.stored(name)).value))
                    } catch let error as MicroError where error.isAccessError {
                        return (name, .failure(error))
                    }
                }
            }
            for _ in 0..<maxConcurrentReads { startNext() }
            while let (name, result) = try await group.next() {
                startNext()
                cache.store(name, result)
            }
        }
    }

    /// Why an empty list of services does not mean that there are none; nil if it does.
    private static func listError(_ cache: CatalogCache, api: ConsulAPI) async throws -> MicroError? {
        guard cache.listed.isEmpty else { return nil }
        do {
            _ = try await api.services(withPrefix: cache.namespace.prefix)
            return nil
        } catch let error as MicroError where error.isAccessError {
            return error
        }
    }
}

extension MicroError {
    /// Whether the token lacks a right.
    fileprivate var isAccessError: Bool { code == .unauthenticated || code == .permissionDenied }
}
