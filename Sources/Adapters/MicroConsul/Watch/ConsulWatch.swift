// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Follows Consul for all watches of a registry, on a bounded number of connections: Consul closes the 201st of a client.
///
/// The first watched names have a blocking query each. All others, and watches of everything, share a ``ConsulCatalog``.
final class ConsulWatch: Sendable {
    /// The maximum number of services with a blocking query of their own.
    static let maxDedicatedQueries = 16

    private let api: ConsulAPI
    private let namespace: ConsulNamespace
    private let logger: Logger
    private let catalog: ConsulCatalog
    private let dedicatedQueries = DedicatedConnectionLimit(ConsulWatch.maxDedicatedQueries)

    init(api: ConsulAPI, namespace: ConsulNamespace, logger: Logger) {
        self.api = api
        self.namespace = namespace
        self.logger = logger
        catalog = ConsulCatalog(api: api, namespace: namespace, logger: logger)
    }

    /// Publishes the states of a service, or of all (nil), until the task is cancelled or the registry is closed.
    func run(_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void) async {
        if let name, await dedicatedQueries.withConnection({ await follow(name, publish) }) { return }
        await catalog.follow(name, publish)
    }

    func close() async { await catalog.close() }

    private func follow(_ name: String, _ publish: (RegistryState) -> Void) async {
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
