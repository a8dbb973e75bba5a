// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Runs a history of operations against a registry, in a separate namespace, and compares it with the model after each
/// step.
final class RegistryModelRun {
    private let context: RegistryTestContext
    private let namespace: String
    private let reader: any Registry
    private var clients: [any Registry] = []
    private var watches: [(client: Int, service: Int?, recorder: WatchRecorder)] = []
    private var model = RegistryModel()

    init(_ context: RegistryTestContext, number: Int) async throws {
        self.context = context
        let namespace = "\(context.namespace)-\(number)"
        self.namespace = namespace
        reader = try await context.makeClient { $0.namespace = namespace }
        for _ in 0..<RegistryModel.clients { clients.append(try await makeClient()) }
    }

    /// Runs the operations, and removes all nodes afterwards.
    func run(_ history: [RegistryOperation]) async throws {
        do {
            for operation in history {
                try await apply(operation)
                try await compare()
            }
            try await cleanUp()
        } catch {
            try await cleanUp()
            throw error
        }
    }

    private func makeClient() async throws -> any Registry {
        try await context.makeClient { [namespace] in $0.namespace = namespace }
    }

    private func cleanUp() async throws {
        for watch in watches { await watch.recorder.stop() }
        for name in try await reader.list() {
            for record in try await reader.lookUp(name) { try await clients[0].deregister(record) }
        }
        for client in clients { await client.close() }
    }

    private func id(_ node: Int) -> String { "model-\(node)-\(namespace)" }

    private func nodes(_ nodes: [Int], _ client: Int) -> [Int] {
        nodes.map { RegistryModel.node($0, of: client) }
    }

    private func apply(_ operation: RegistryOperation) async throws {
        switch operation {
        case .register(let client, let service, let numbers):
            let movesForeignNodes = context.claims.contains("foreignMoves")
            let nodes = nodes(numbers, client).filter {
                movesForeignNodes || !model.isForeign($0, to: service, client: client)
            }
            guard !nodes.isEmpty else { return }
            try await register(nodes, service: service, client: client)
        case .change(let client, let number):
            let node = nodes([number], client)[0]
            guard let service = model.change(node, client: client) else { return }
            try await register([node], service: service, client: client)
        case .describe(let client, let service):
            let nodes = model.nodes(of: service, client: client)
            guard !nodes.isEmpty else { return }
            model.describe(service: service, client: client)
            try await register(nodes, service: service, client: client)
        case .refresh(let client, let number):
            let node = nodes([number], client)[0]
            guard let service = model.service(of: node) else { return }
            try await register([node], service: service, client: client)
        case .deregister(let client, let numbers):
            let nodes = nodes(numbers, client)
            let service = model.entries[nodes[0]]?.service ?? 0
            try await clients[client].deregister(record(nodes, service: service, client: client))
            model.remove(nodes, of: service)
        case .expire(let client, let number): try await expire(nodes([number], client)[0], client: client)
        case .watch(let client, let service):
            guard watches.count < 6 else { return }
            let watch = try clients[client].watch(service.map(RegistryModel.name))
            watches.append((client, service, context.record(watch)))
        case .cancelWatch:
            guard !watches.isEmpty else { return }
            let watch = watches.removeFirst()
            watch.recorder.cancel()
            try await context.eventually("the cancelled watch ends") { watch.recorder.hasEnded }
        case .reopen(let client):
            await clients[client].close()
            for watch in watches where watch.client == client {
                try await context.eventually("the watch of the closed client ends") { watch.recorder.hasEnded }
            }
            watches.removeAll { $0.client == client }
            clients[client] = try await makeClient()
            model.reopen(client: client)
        }
    }

    private func record(_ nodes: [Int], service: Int, client: Int) -> ServiceRecord {
        model.record(nodes, service: service, client: client, id: id)
    }

    private func register(_ nodes: [Int], service: Int, client: Int) async throws {
        let creates = model.createsNode(nodes, service: service, client: client)
        model.register(nodes, service: service, client: client)
        let outcome = try await clients[client].register(
            record(nodes, service: service, client: client),
            timeToLive: max(context.bounds.expiry.timeToLive, .seconds(60)))
        if let creates {
            try context.expect(outcome.created, is: creates, "whether a registration of nodes \(nodes) created one")
        }
    }

    private func expire(_ node: Int, client: Int) async throws {
        let expiry = context.bounds.expiry
        let service = model.entries[node]?.service ?? 0
        model.register([node], service: service, client: client)
        try await clients[client].register(
            record([node], service: service, client: client), timeToLive: expiry.timeToLive)
        try await compare()
        model.expire(node)
        try await compare(within: expiry.timeToLive + expiry.slack)
        // The clock of the client can be behind that of the reader.
        try await context.eventually(
            clients[client], sees: model.records(of: service, id: id), of: RegistryModel.name(service),
            within: expiry.timeToLive + expiry.slack)
    }

    /// Compares lookups, the list and the watches with the model.
    private func compare(within limit: Duration? = nil) async throws {
        let recovery = max(limit ?? .zero, context.bounds.timeouts.recovery)
        for service in 0..<RegistryModel.services {
            try await context.eventually(
                reader, sees: model.records(of: service, id: id), of: RegistryModel.name(service), within: limit)
        }
        try await context.eventually("the list", is: model.names, within: limit) { try await self.reader.list() }
        for watch in watches {
            for service in 0..<RegistryModel.services where watch.service == nil || watch.service == service {
                try await context.eventually(
                    watch.recorder, sees: model.records(of: service, id: id), of: RegistryModel.name(service),
                    within: recovery)
            }
            let names = Set(watch.recorder.last?.names.map(\.self) ?? [])
            let scope = watch.service.map { [RegistryModel.name($0)] } ?? model.names
            try context.expect(names.isSubset(of: scope), "the watch sees only services of its scope; it sees \(names)")
        }
    }
}
