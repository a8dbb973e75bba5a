// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore
import Synchronization

/// Follows Consul for all watches of a registry, on a bounded number of connections: Consul closes the 201st of one
/// client.
///
/// The first names that are watched have a blocking query each. All others, and watches of everything, are fed from one
/// ``ConsulCatalog``.
final class ConsulWatch: Sendable {
    /// How many services are watched by a query of their own.
    static let maxDedicatedQueries = 16

    private let api: ConsulAPI
    private let namespace: ConsulNamespace
    private let logger: Logger
    private let catalog: ConsulCatalog
    private let availableQueries = Mutex(ConsulWatch.maxDedicatedQueries)

    init(api: ConsulAPI, namespace: ConsulNamespace, logger: Logger) {
        self.api = api
        self.namespace = namespace
        self.logger = logger
        catalog = ConsulCatalog(api: api, namespace: namespace, logger: logger)
    }

    /// Publishes the states of a service, or of all (nil), until the task is cancelled.
    func run(_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void) async {
        if let name, acquireQuery() {
            defer { availableQueries.withLock { $0 += 1 } }
            await poll(name, publish)
        } else {
            await catalog.follow(name, publish)
        }
    }

    func close() async { await catalog.close() }

    private func acquireQuery() -> Bool {
        availableQueries.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
    }

    private func poll(_ name: String, _ publish: (RegistryState) -> Void) async {
        let (api, stored) = (api, namespace.stored(name))
        var state = RegistryState.notYetRead
        await ConsulBlockingQuery(subject: name, logger: logger) { try await api.health(of: stored, after: $0) }.run {
            event in
            switch event {
            case .value(let response, _):
                state = RegistryState(
                    ConsulRecord.records(of: name, in: response, namespace: namespace, logger: logger))
            case .failure(let cause):
                state = state.failing(with: cause)
            }
            publish(state)
        }
    }
}
