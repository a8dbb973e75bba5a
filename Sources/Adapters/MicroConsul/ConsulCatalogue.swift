// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import BackendSupport

/// Follows any number of services, or all of a namespace, by two blocking queries.
///
/// The one for all checks wakes when instances come, go, fail or recover, and when the digest of one changes. The one for
/// the names of services wakes for those without checks. Only services that somebody follows, and that something points
/// to, are read again.
final class ConsulCatalogue: Sendable {
    /// How many services are read at once.
    private static let readers = 8

    private let api: ConsulAPI
    private let namespace: ConsulNamespace
    private let logger: Logger
    private let followers: ConsulFollowers
    /// Runs the queries as long as somebody follows. Nothing is ever published through it.
    private let lifetime: RegistryWatchHub

    init(api: ConsulAPI, namespace: ConsulNamespace, logger: Logger) {
        self.api = api
        self.namespace = namespace
        self.logger = logger
        let followers = ConsulFollowers()
        self.followers = followers
        lifetime = RegistryWatchHub { _, _ in
            await Self.run(api: api, namespace: namespace, logger: logger, followers: followers)
        }
    }

    /// Publishes the states of a service, or of all (nil), until the task is cancelled.
    func follow(_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void) async {
        let id = followers.add(name, publish)
        defer { followers.remove(id) }
        // When it is closed already, there is nothing to publish.
        guard let end = try? lifetime.watch(nil) else { return }
        for await _ in end {}
    }

    func close() async { await lifetime.close() }

    private static func run(
        api: ConsulAPI, namespace: ConsulNamespace, logger: Logger, followers: ConsulFollowers
    ) async {
        let news = ConsulNews()
        followers.onChange { news.repeatSignal() }
        let checks = ConsulPoll(subject: "*", logger: logger) { try await api.checks(after: $0) }
        let services = ConsulPoll(subject: "*", logger: logger) { index in
            // Whether it may be none is asked for those who follow all.
            try await api.services(withPrefix: namespace.prefix, after: index, mayBeHidden: true)
        }
        let view = ConsulCatalogueView(
            namespace: namespace, longestWait: api.configuration.longestWait, logger: logger)
        await withDiscardingTaskGroup { group in
            group.addTask { await checks.run { news.put(checks: $0) } }
            group.addTask { await services.run { news.put(services: $0) } }
            await Self.follow(news, view, api: api, followers: followers)
            group.cancelAll()
        }
    }

    private static func follow(
        _ news: ConsulNews, _ view: ConsulCatalogueView, api: ConsulAPI, followers: ConsulFollowers
    ) async {
        var view = view
        var failures = 0
        for await _ in news.signals {
            let latest = news.take()
            let round = followers.present
            if let cause = latest.failure { followers.fail(round, with: cause) }
            guard let checks = latest.checks, let services = latest.services else { continue }
            if latest.isFresh { view.forget() }
            view.note(checks: checks, services: services, servicesWoke: latest.servicesWoke, wanted: round.names)
            do {
                try await read(&view, api: api)
                let refusal = round.names == nil ? try await refusalOfAll(view, api: api) : nil
                followers.deliver(view, to: round, refusalOfAll: refusal)
                failures = 0
            } catch let cause as MicroError where cause.code != .closed {
                followers.fail(round, with: cause)
                do { try await Task.sleep(for: Backoff.afterFailure(cause, attempt: failures)) } catch { return }
                failures += 1
                news.repeatSignal()
            } catch {
                return
            }
        }
    }

    /// Reads the services that have to be, a few at once. What could not be read is left for the next time.
    private static func read(_ view: inout ConsulCatalogueView, api: ConsulAPI) async throws {
        var due = view.due.makeIterator()
        let namespace = view.namespace
        try await withThrowingTaskGroup(of: (String, Result<[ConsulHealth], MicroError>).self) { group in
            func startNext() {
                guard let name = due.next() else { return }
                group.addTask {
                    do { return (name, .success(try await api.health(of: namespace.stored(name)).value)) } catch let
                        error
                        as MicroError where error.isRefusal
                    {
                        return (name, .failure(error))
                    }
                }
            }
            for _ in 0..<readers { startNext() }
            while let (name, answer) = try await group.next() {
                startNext()
                view.take(name, answer)
            }
        }
    }

    /// Why there being no service at all says nothing; nil if it does.
    private static func refusalOfAll(_ view: ConsulCatalogueView, api: ConsulAPI) async throws -> MicroError? {
        guard view.listed.isEmpty else { return nil }
        do { _ = try await api.services(withPrefix: view.namespace.prefix) } catch let error as MicroError
            where error.isRefusal
        {
            return error
        }
        return nil
    }
}

extension MicroError {
    /// Whether it is about what the token may do.
    fileprivate var isRefusal: Bool { code == .unauthenticated || code == .permissionDenied }
}
