// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// An operation of a random history of a registry. Clients, nodes and services are numbers.
enum RegistryOperation: Sendable, CustomStringConvertible {
    /// Registers nodes, which may belong to another service.
    case register(client: Int, service: Int, nodes: [Int])
    /// Registers a node with another port, or a version with other metadata.
    case change(client: Int, node: Int)
    case describe(client: Int, service: Int)
    /// Registers a node unchanged.
    case refresh(client: Int, node: Int)
    case deregister(client: Int, nodes: [Int])
    /// Lets a node expire.
    case expire(client: Int, node: Int)
    /// Watches a service, or all (nil).
    case watch(client: Int, service: Int?)
    /// Cancels the oldest watch.
    case cancelWatch
    /// Closes a client and creates another one.
    case reopen(client: Int)

    static func random(using generator: inout SeededGenerator) -> RegistryOperation {
        let client = Int.random(in: 0..<RegistryModel.clients, using: &generator)
        let service = Int.random(in: 0..<RegistryModel.services, using: &generator)
        let node = Int.random(in: 0..<RegistryModel.nodes, using: &generator)
        let nodes = Array(Set([node, Int.random(in: 0..<RegistryModel.nodes, using: &generator)])).sorted()
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<6: return .register(client: client, service: service, nodes: nodes)
        case 6..<8: return .change(client: client, node: node)
        case 8: return .describe(client: client, service: service)
        case 9..<12: return .refresh(client: client, node: node)
        case 12..<15: return .deregister(client: client, nodes: nodes)
        case 15..<18: return .watch(client: client, service: Bool.random(using: &generator) ? service : nil)
        case 18: return .cancelWatch
        default: return .reopen(client: client)
        }
    }

    /// A history with three expiries. An expired node is registered again, refreshed, or moved to
    /// another service, each once, with random operations in between.
    static func expiries(using generator: inout SeededGenerator) -> [RegistryOperation] {
        (0..<3).shuffled(using: &generator).flatMap { follower -> [RegistryOperation] in
            let client = Int.random(in: 0..<RegistryModel.clients, using: &generator)
            let service = Int.random(in: 0..<RegistryModel.services, using: &generator)
            let node = Int.random(in: 0..<RegistryModel.nodes, using: &generator)
            let next: RegistryOperation =
                switch follower {
                case 0: .register(client: client, service: service, nodes: [node])
                case 1: .refresh(client: client, node: node)
                default: .register(client: client, service: (service + 1) % RegistryModel.services, nodes: [node])
                }
            return [
                .register(client: client, service: service, nodes: [node]), .random(using: &generator),
                .expire(client: client, node: node), next, .random(using: &generator),
            ]
        }
    }

    var description: String {
        switch self {
        case .register(let client, let service, let nodes):
            "client \(client) registers nodes \(nodes) of service \(service)"
        case .change(let client, let node): "client \(client) changes node \(node)"
        case .describe(let client, let service): "client \(client) changes the metadata of service \(service)"
        case .refresh(let client, let node): "client \(client) refreshes node \(node)"
        case .deregister(let client, let nodes): "client \(client) deregisters nodes \(nodes)"
        case .expire(let client, let node): "node \(node) of client \(client) expires"
        case .watch(let client, let service):
            "client \(client) watches \(service.map { "service \($0)" } ?? "all services")"
        case .cancelWatch: "the oldest watch is cancelled"
        case .reopen(let client): "client \(client) is closed and created again"
        }
    }
}

/// The reference model of a registry: maps each ID to its node. Each client registers a different version.
struct RegistryModel {
    static let clients = 3
    static let services = 3
    static let nodes = 5

    struct Entry {
        var service: Int
        var client: Int
        var port: Int
        /// The generation of the client that registered it: clients are closed and created again.
        var generation: Int
    }

    /// The nodes by number.
    private(set) var entries: [Int: Entry] = [:]
    /// The services of the nodes that have expired. A refresh restores them.
    private var expired: [Int: Int] = [:]
    /// How often the metadata of a version was changed.
    private var descriptions: [String: Int] = [:]
    private var ports = 0
    /// How often each client was created again.
    private var generations = Array(repeating: 0, count: clients)

    /// The name of a service.
    static func name(_ service: Int) -> String { ["svc", "svc-b", "Other"][service] }

    /// The number of a client's node among the nodes of all clients: no two clients share a node.
    static func node(_ node: Int, of client: Int) -> Int { node * clients + client }

    /// Whether a registration of these nodes adds a node; nil if it moves a node, which adapters report differently.
    func createsNode(_ nodes: [Int], service: Int, client: Int) -> Bool? {
        let old = nodes.map { entries[$0] }
        if old.contains(where: { $0.map { $0.service != service || $0.client != client } ?? false }) { return nil }
        return old.contains { $0 == nil }
    }

    /// Whether another client has registered a node for another service.
    func isForeign(_ node: Int, to service: Int, client: Int) -> Bool {
        entries[node].map { $0.service != service && $0.generation != generations[client] } ?? false
    }

    mutating func reopen(client: Int) { generations[client] += 1 }

    /// The service that a node is registered for, or was before it expired.
    func service(of node: Int) -> Int? { entries[node]?.service ?? expired[node] }

    mutating func expire(_ node: Int) {
        if let entry = entries.removeValue(forKey: node) { expired[node] = entry.service }
    }

    mutating func register(_ nodes: [Int], service: Int, client: Int) {
        for node in nodes {
            expired[node] = nil
            let port = entries[node]?.port ?? 1
            entries[node] = Entry(
                service: service, client: client, port: port, generation: generations[client])
        }
    }

    /// Changes the port of a node. Returns its service.
    mutating func change(_ node: Int, client: Int) -> Int? {
        guard let entry = entries[node] else { return nil }
        ports += 1
        entries[node] = Entry(
            service: entry.service, client: client, port: 1000 + ports, generation: generations[client])
        return entry.service
    }

    mutating func describe(service: Int, client: Int) { descriptions["\(service) \(client)", default: 0] += 1 }

    /// Removes the nodes that belong to a service.
    mutating func remove(_ nodes: [Int], of service: Int) {
        for node in nodes where entries[node]?.service == service { entries[node] = nil }
    }

    /// The nodes of a version.
    func nodes(of service: Int, client: Int) -> [Int] {
        entries.filter { $0.value.service == service && $0.value.client == client }.keys.sorted()
    }

    /// The record of a version with these nodes.
    func record(_ nodes: [Int], service: Int, client: Int, id: (Int) -> String) -> ServiceRecord {
        let name = Self.name(service)
        let count = descriptions["\(service) \(client)"] ?? 0
        return ServiceRecord(
            name: name, version: "\(client)", metadata: ["changes": "\(count)"],
            endpoints: [Endpoint(name: "Model.Call", metadata: ["changes": "\(count)"])],
            nodes: nodes.map {
                Node(id: id($0), address: "10.0.0.1", port: entries[$0]?.port ?? 1, metadata: ["number": "\($0)"])
            })
    }

    /// The records of a service, one for each version.
    func records(of service: Int, id: (Int) -> String) -> [ServiceRecord] {
        (0..<Self.clients).compactMap { client in
            let nodes = nodes(of: service, client: client)
            return nodes.isEmpty ? nil : record(nodes, service: service, client: client, id: id)
        }
    }

    /// The names of the services with a node, sorted.
    var names: [String] { Set(entries.values.map { Self.name($0.service) }).sorted() }
}
