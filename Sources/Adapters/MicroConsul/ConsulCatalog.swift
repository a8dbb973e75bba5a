// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Follows any number of services, or all of a namespace, by two blocking queries.
///
/// The one for all checks wakes when instances come, go, fail or recover, and when the digest of one changes. The one for
/// the names of services wakes for those without checks. Only services that somebody follows, and that something points
/// to, are read again.
final class ConsulCatalog: Sendable {
    /// How many services are read at once.
    private static let maxConcurrentReads = 8

    private let api: ConsulAPI
    private let namespace: ConsulNamespace
    private let logger: Logger
    private let subscribers: CatalogSubscribers
    /// Runs the queries as long as somebody follows. Nothing is ever published through it.
    private let lifetime: RegistryWatchHub

    init(api: ConsulAPI, namespace: ConsulNamespace, logger: Logger) {
        self.api = api
        self.namespace = namespace
        self.logger = logger
        let subscribers = CatalogSubscribers()
        self.subscribers = subscribers
        lifetime = RegistryWatchHub { _, _ in
            await Self.run(api: api, namespace: namespace, logger: logger, subscribers: subscribers)
        }
    }

    /// Publishes the states of a service, or of all (nil), until the task is cancelled.
    func follow(_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void) async {
        let id = subscribers.add(name, publish)
        defer { subscribers.remove(id) }
        // When it is closed already, there is nothing to publish.
        guard let end = try? lifetime.watch(nil) else { return }
        for await _ in end {}
    }

    func close() async { await lifetime.close() }

    private static func run(
        api: ConsulAPI, namespace: ConsulNamespace, logger: Logger, subscribers: CatalogSubscribers
    ) async {
        let updates = CatalogUpdates()
        subscribers.onChange { updates.repeatSignal() }
        let checks = ConsulBlockingQuery(subject: "*", logger: logger) { try await api.checks(after: $0) }
        let services = ConsulBlockingQuery(subject: "*", logger: logger) { index in
            // Whether it may be none is asked for those who follow all.
            try await api.services(withPrefix: namespace.prefix, after: index, allowsFilteredResult: true)
        }
        let cache = CatalogCache(
            namespace: namespace, watchRenewalInterval: api.configuration.watchRenewalInterval, logger: logger)
        await withDiscardingTaskGroup { group in
            group.addTask { await checks.run { updates.put(checks: $0) } }
            group.addTask { await services.run { updates.put(services: $0) } }
            await Self.follow(updates, cache, api: api, subscribers: subscribers)
            group.cancelAll()
        }
    }

    private static func follow(
        _ updates: CatalogUpdates, _ cache: CatalogCache, api: ConsulAPI, subscribers: CatalogSubscribers
    ) async {
        var cache = cache
        var failures = 0
        for await _ in updates.signals {
            let latest = updates.take()
            let snapshot = subscribers.current
            if let cause = latest.failure { subscribers.fail(snapshot, with: cause) }
            guard let checks = latest.checks, let services = latest.services else { continue }
            if latest.isFresh { cache.invalidate() }
            cache.update(
                checks: checks, services: services, hasNewServices: latest.hasNewServices, wanted: snapshot.names)
            do {
                try await read(&cache, api: api)
                let refusal = snapshot.names == nil ? try await listRefusal(cache, api: api) : nil
                subscribers.deliver(cache, to: snapshot, listRefusal: refusal)
                failures = 0
            } catch let cause as MicroError where cause.code != .closed {
                subscribers.fail(snapshot, with: cause)
                do { try await Task.sleep(for: Backoff.afterFailure(cause, attempt: failures)) } catch { return }
                failures += 1
                updates.repeatSignal()
            } catch {
                return
            }
        }
    }

    /// Reads the services that have to be, a few at once. What could not be read is left for the next time.
    private static func read(_ cache: inout CatalogCache, api: ConsulAPI) async throws {
        var due = cache.due.makeIterator()
        let namespace = cache.namespace
        try await withThrowingTaskGroup(of: (String, Result<[ServiceEntry], MicroError>).self) { group in
            func startNext() {
                guard let name = due.next() else { return }
                group.addTask {
                    do { return (name, .success(try await api.health(of: namespace.stored(name)).value)) } catch let
                        error
                        as MicroError where error.isAccessError
                    {
                        return (name, .failure(error))
                    }
                }
            }
            for _ in 0..<maxConcurrentReads { startNext() }
            while let (name, response) = try await group.next() {
                startNext()
                cache.take(name, response)
            }
        }
    }

    /// Why there being no service at all says nothing; nil if it does.
    private static func listRefusal(_ cache: CatalogCache, api: ConsulAPI) async throws -> MicroError? {
        guard cache.listed.isEmpty else { return nil }
        do { _ = try await api.services(withPrefix: cache.namespace.prefix) } catch let error as MicroError
            where error.isAccessError
        {
            return error
        }
        return nil
    }
}

extension MicroError {
    /// Whether it is about what the token may do.
    fileprivate var isAccessError: Bool { code == .unauthenticated || code == .permissionDenied }
}
