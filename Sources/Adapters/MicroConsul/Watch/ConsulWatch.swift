// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Follows Consul for all watches of a registry on one connection, or on two until a dedicated query ends: by default,
/// Consul accepts 200 connections per client address, which all processes of a host share.
///
/// A single watched service has a dedicated blocking query. As soon as there are more watches, all of them share the
/// query of a ``ConsulCatalog``.
final class ConsulWatch: Sendable {
    private let api: ConsulAPI
    private let namespace: ConsulNamespace
    private let logger: Logger
    private let outages: OutageLog
    private let catalog: ConsulCatalog
    private let dedicatedQuery = DedicatedConnectionLimit(1)

    init(api: ConsulAPI, namespace: ConsulNamespace, logger: Logger) {
        self.api = api
        self.namespace = namespace
        self.logger = logger
        outages = OutageLog("Consul", logger: logger)
        catalog = ConsulCatalog(api: api, namespace: namespace, logger: logger, outages: outages)
    }

    /// Publishes the states of a service, or of all (nil), until the task is cancelled or the registry is closed.
    func run(_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void) async {
        var lastState: RegistryState?
        if let name, !catalog.isWatched {
            _ = await dedicatedQuery.withConnection { lastState = await follow(name, publish) }
        }
        // Returns immediately if the calling task has been cancelled in the meantime.
        await catalog.follow(name, startingWith: lastState, publish)
    }

    func close() async { await catalog.close() }

    /// Follows a service with a dedicated query, as long as no other watch needs the catalog.
    ///
    /// - Returns: The state that was published last.
    private func follow(_ name: String, _ publish: (RegistryState) -> Void) async -> RegistryState {
        let (api, stored, catalog) = (api, namespace.stored(name), catalog)
        var state = RegistryState.notYetRead
        let query = ConsulBlockingQuery(subject: name, maxWait: api.maxWait, logger: logger, outages: outages) {
            try await api.health(of: stored, after: $0, waiting: $1)
        }
        func handle(_ event: ConsulBlockingQuery<[ServiceEntry]>.Event) {
            switch event {
            case .value(let response, let isHistoryInterrupted):
                let historyStart = isHistoryInterrupted ? .now : state.historyStart
                state = RegistryState(
                    ConsulRecord.records(of: name, in: response, namespace: namespace, logger: logger))
                state.historyStart = historyStart
            case .failure(let cause):
                state = state.failing(with: cause)
            }
            publish(state)
        }
        await query.run(while: { !catalog.isWatched }, publish: handle)
        return state
    }
}
