// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension RegistryCase {
    static let stress = [
        RegistryCase(
            "R17", .stress,
            "What is deregistered last stays gone, after a thousand registrations and deregistrations at once",
            rationale: "A late registration resurrects the node of a service that has stopped."
        ) { context in
            let timeToLive = context.bounds.timeToLive
            let record = context.record()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for round in 0..<1000 {
                    if round >= 16 { try await group.next() }
                    group.addTask {
                        if round.isMultiple(of: 2) {
                            try await context.a.register(record, timeToLive: timeToLive)
                        } else {
                            try await context.a.deregister(record)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await context.a.deregister(record)
            try await context.eventually(context.b, sees: [])
            try await context.never("it comes back", during: timeToLive * 2) {
                try await !context.b.lookUp("svc").isEmpty
            }
        },
        RegistryCase(
            "R28", .stress, "Two hundred registrations and their heartbeats share the connections of their client",
            rationale: "A connection, a login or a session is made for each registration, or for each heartbeat.",
            hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let client = try await context.makeClient { $0.addresses = [proxy.address] }
            let records = (0..<200).map { context.record("svc-\($0 / 8)", node: "\($0)") }
            let recorders = try (0..<25).map { context.record(try client.watch("svc-\($0)")) }
            for _ in 0..<4 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for record in records { group.addTask { _ = try await context.register(record, by: client) } }
                    try await group.waitForAll()
                }
            }
            for (number, recorder) in recorders.enumerated() {
                try await context.eventually("all nodes are seen", within: context.bounds.recoveryTimeout) {
                    recorder.last?["svc-\(number)"].flatMap(\.nodes).count == 8
                }
            }
            let (maxOpen, limit) = (proxy.traffic.maxOpenConnections, context.bounds.maxConnections)
            try context.expect(maxOpen <= limit, "one client holds \(limit) connections at most, not \(maxOpen)")
            let made = proxy.traffic.connections
            try context.expect(made <= limit * 2, "connections are kept: \(limit * 2) are made at most, not \(made)")
        },
        RegistryCase(
            "R36", .stress, "Five hundred watches at once, and two thousand opened and closed, leave nothing behind",
            rationale: "Every watch has connections and tasks of its own, some of which outlive it."
        ) { context in
            let proxy = context.harness.endpoint == nil ? nil : try await context.makeProxy()
            let client = try await context.makeClient { $0.addresses = proxy.map { [$0.address] } }
            let before = try await context.harness.resourceCounts()?.watches
            let names = (0..<25).map { "svc-\($0)" }
            let records = names.map { context.record($0) }
            for record in records { try await context.register(record) }
            var recorders: [(record: ServiceRecord, recorder: WatchRecorder)] = []
            for number in 0..<500 {
                let record = records[number % records.count]
                recorders.append((record, context.record(try client.watch(record.name))))
            }
            for _ in 0..<20 {
                var passing: [RegistryWatch] = []
                for number in 0..<100 { passing.append(try client.watch(names[number % names.count])) }
                for watch in passing { watch.cancel() }
            }
            for (record, recorder) in recorders {
                try await context.eventually(
                    recorder, sees: [record], of: record.name, within: context.bounds.recoveryTimeout)
            }
            if let proxy {
                let (maxOpen, limit) = (proxy.traffic.maxOpenConnections, context.bounds.maxConnections)
                try context.expect(maxOpen <= limit, "one client holds \(limit) connections at most, not \(maxOpen)")
            }
            for (_, recorder) in recorders { recorder.cancel() }
            for (_, recorder) in recorders {
                try await context.eventually("a cancelled watch ends", within: context.bounds.recoveryTimeout) {
                    recorder.hasEnded
                }
            }
            if let before {
                try await context.eventually(
                    "the backend's watches are at their baseline", within: context.bounds.recoveryTimeout
                ) {
                    try await context.harness.resourceCounts()?.watches ?? 0 <= before
                }
            }
        },
        RegistryCase(
            "R53", .stress, "Many services of ten nodes each are counted right, and when all expire each is told",
            rationale: "Pages are cut off, and mass expiry drowns a watch."
        ) { context in
            let names = (0..<context.bounds.services).map { "svc-\($0)" }
            let started = ContinuousClock.now
            try await context.registerTenNodesEach(names, timeToLive: .seconds(600))
            let took = ContinuousClock.now - started
            let all = context.record(try context.b.watch(nil))
            try await context.eventually(
                "a watch of all sees \(names.count) services", within: context.bounds.recoveryTimeout * 2
            ) {
                all.last?.names.count == names.count
            }
            let nodes = names.reduce(0) { $0 + (all.last?[$1].flatMap(\.nodes).count ?? 0) }
            try context.expect(nodes, is: names.count * 10, "nodes in the watch of all")
            try context.expect(try await context.b.list(), is: names.sorted(), "list")
            for name in [names[0], names[names.count / 2], names[names.count - 1]] {
                let found = try await context.b.lookUp(name).flatMap(\.nodes).count
                try context.expect(found, is: 10, "nodes of \(name)")
            }
            // None expires before the last one has its shorter time.
            let timeToLive = max(context.bounds.timeToLive, took * 2)
            try await context.registerTenNodesEach(names, timeToLive: timeToLive)
            let limit = timeToLive + context.bounds.expirySlack + context.bounds.recoveryTimeout
            try await context.eventually("all are gone in the watch", within: limit) {
                all.last?.names.isEmpty ?? false
            }
            // A backend may list a name for longer than its nodes are found.
            for name in [names[0], names[names.count - 1]] {
                try await context.eventually(context.b, sees: [], of: name)
            }
        },
        RegistryCase(
            "R54", .stress,
            "While the nodes of a service are replaced one by one there is always one, and none that is dead",
            rationale: "Rolling updates meet moments without any node, or call nodes that have left."
        ) { context in
            let convergenceTimeout = context.bounds.convergenceTimeout
            let dead = Mutex<[String: ContinuousClock.Instant]>([:])
            for number in 0..<3 { try await context.register(context.record(node: "\(number)")) }
            let recorder = context.record(try context.b.watch("svc"))
            try await context.eventually("all three are seen") { recorder.last?["svc"].flatMap(\.nodes).count == 3 }
            let caller = Task {
                while !Task.isCancelled {
                    let now = ContinuousClock.now
                    let nodes = recorder.last?["svc"].flatMap(\.nodes) ?? []
                    guard let node = nodes.randomElement() else {
                        throw ConformanceFailure("there was no node to call")
                    }
                    if let death = dead.withLock({ $0[node.id] }), now - death > convergenceTimeout {
                        throw ConformanceFailure("\(node.id) was called \(now - death) after it had left")
                    }
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            defer { caller.cancel() }
            for number in 0..<30 {
                let (old, new) = (context.record(node: "\(number)"), context.record(node: "\(number + 3)"))
                try await context.register(new)
                try await context.eventually("the new node is seen") {
                    recorder.last?["svc"].flatMap(\.nodes).contains(new.nodes[0]) ?? false
                }
                try await context.a.deregister(old)
                dead.withLock { $0[old.nodes[0].id] = .now }
            }
            // Long enough for the caller to notice one that stays.
            try await context.eventually(
                recorder, sees: try await context.b.lookUp("svc"), within: convergenceTimeout)
            try await context.never("the watch ends", during: convergenceTimeout * 2) { recorder.hasEnded }
            caller.cancel()
            try await caller.value
        },
    ]
}

extension RegistryTestContext {
    /// Registers ten nodes for each name, a few services at once.
    fileprivate func registerTenNodesEach(_ names: [String], timeToLive: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, name) in names.enumerated() {
                if index >= 8 { try await group.next() }
                var record = record(name)
                record.nodes = (0..<10).map { number in
                    Node(id: nodeID(name, "\(number)"), address: "10.0.0.1", port: 1 + number)
                }
                group.addTask { [record] in _ = try await self.a.register(record, timeToLive: timeToLive) }
            }
            try await group.waitForAll()
        }
    }
}
