// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Watches any number of services, or all services of a namespace, with one blocking query.
///
/// The query returns when instances are added, removed, fail, recover or change. The checks, with the digests of
/// instances, and the names of services then show which of the watched services may have changed. Only these are read
/// again.
final class ConsulCatalog: Sendable {
    private let subscribers: CatalogSubscribers
    /// Runs the query as long as there are subscribers.
    private let query: SharedTask

    init(api: ConsulAPI, namespace: ConsulNamespace, logger: Logger, outages: OutageLog) {
        let subscribers = CatalogSubscribers()
        self.subscribers = subscribers
        query = SharedTask {
            await Self.run(
                api: api, namespace: namespace, logger: logger, outages: outages, subscribers: subscribers)
        }
    }

    /// Whether there are subscribers.
    var isWatched: Bool { !subscribers.isEmpty }

    /// Publishes the states of a service, or of all (nil), until the task is cancelled or the catalog is closed.
    ///
    /// - Parameter state: The state that was published last; nil for none.
    func follow(
        _ name: String?, startingWith state: RegistryState?, _ publish: @escaping @Sendable (RegistryState) -> Void
    ) async {
        guard !Task.isCancelled else { return }
        let id = subscribers.add(name, startingWith: state, publish)
        defer { subscribers.remove(id) }
        await query.keepRunning()
    }

    func close() async { await query.close() }

    private static func run(
        api: ConsulAPI, namespace: ConsulNamespace, logger: Logger, outages: OutageLog, subscribers: CatalogSubscribers
    ) async {
        // A task that was cancelled before it started must not replace the action of its successor.
        guard !Task.isCancelled else { return }
        let updates = CatalogUpdates()
        subscribers.onAdd { updates.repeatSignal() }
        let changes = ConsulBlockingQuery(subject: "*", maxWait: api.maxWait, logger: logger, outages: outages) {
            try await api.changes(after: $0, waiting: $1)
        }
        let cache = CatalogCache(namespace: namespace, watchRenewalInterval: api.maxWait, logger: logger)
        await withDiscardingTaskGroup { group in
            group.addTask { await changes.run { updates.store($0) } }
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
            let snapshot = subscribers.current
            do {
                guard let result = updates.lastResult else { continue }
                try result.get()
                if updates.takeHistoryInterruption() { cache.invalidate() }
                let listError = try await read(&cache, watched: snapshot.names, api: api)
                subscribers.publish(cache, to: snapshot, listError: listError)
                retry.reset()
            } catch let cause as MicroError where cause.code != .closed {
                subscribers.publish(cause, to: snapshot)
                // The failed query is retried with backoff.
                if case .failure = updates.lastResult { continue }
                guard await retry.wait(after: cause) else { return }
                updates.repeatSignal()
            } catch {
                return
            }
        }
    }

    /// Reads the services that may have changed. After a failure, the others remain pending.
    ///
    /// - Returns: Why the token does not permit watches of all services; nil if it does.
    private static func read(
        _ cache: inout CatalogCache, watched: Set<String>?, api: ConsulAPI
    ) async throws -> MicroError? {
        let prefix = cache.namespace.prefix
        // The reliability of an empty result is checked only for watches of all services.
        let services = try await api.services(withPrefix: prefix, allowsFilteredResult: true)
        cache.update(checks: try await api.checks().value, services: services, watched: watched)
        for name in cache.pending {
            do {
                cache.store(name, .success(try await api.health(of: cache.namespace.stored(name)).value))
            } catch let error as MicroError where error.isAccessError {
                cache.store(name, .failure(error))
            }
        }
        guard watched == nil, cache.listed.isEmpty else { return nil }
        do {
            _ = try await api.services(withPrefix: prefix)
            return nil
        } catch let error as MicroError where error.isAccessError {
            return error
        }
    }
}

extension MicroError {
    /// Whether the token lacks a permission.
    fileprivate var isAccessError: Bool { code == .unauthenticated || code == .permissionDenied }
}
