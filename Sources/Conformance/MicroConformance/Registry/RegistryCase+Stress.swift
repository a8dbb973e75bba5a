// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension RegistryCase {
    static let stress = [
        RegistryCase(
            "R17", .stress,
            "What is deregistered last stays gone, after a thousand registrations and deregistrations at once",
            motive: "A late registration resurrects the node of a service that has stopped."
        ) { trial in
            let timeToLive = trial.bounds.timeToLive
            let record = trial.record()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for round in 0..<1000 {
                    if round >= 16 { try await group.next() }
                    group.addTask {
                        if round.isMultiple(of: 2) {
                            try await trial.a.register(record, timeToLive: timeToLive)
                        } else {
                            try await trial.a.deregister(record)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await trial.a.deregister(record)
            try await trial.eventually(trial.b, sees: [])
            try await trial.never("it comes back", during: timeToLive * 2) {
                try await !trial.b.lookUp("svc").isEmpty
            }
        },
        RegistryCase(
            "R28", .stress, "Two hundred registrations and their heartbeats share the connections of their client",
            motive: "A connection, a login or a session is made for each registration, or for each heartbeat.",
            hooks: [.entrance]
        ) { trial in
            let proxy = try await trial.makeProxy()
            let client = try await trial.makeClient { $0.addresses = [proxy.address] }
            let records = (0..<200).map { trial.record("svc-\($0 / 8)", node: "\($0)") }
            let recorders = try (0..<25).map { trial.record(try client.watch("svc-\($0)")) }
            for _ in 0..<4 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for record in records { group.addTask { _ = try await trial.register(record, by: client) } }
                    try await group.waitForAll()
                }
            }
            for (number, recorder) in recorders.enumerated() {
                try await trial.eventually("all nodes are seen", within: trial.bounds.heal) {
                    recorder.last?["svc-\(number)"].flatMap(\.nodes).count == 8
                }
            }
            let (most, limit) = (proxy.traffic.mostConnections, trial.bounds.connections)
            try trial.expect(most <= limit, "one client holds \(limit) connections at most, not \(most)")
            let made = proxy.traffic.connections
            try trial.expect(made <= limit * 2, "connections are kept: \(limit * 2) are made at most, not \(made)")
        },
        RegistryCase(
            "R36", .stress, "Five hundred watches at once, and two thousand opened and closed, leave nothing behind",
            motive: "Every watch has connections and tasks of its own, some of which outlive it."
        ) { trial in
            let proxy = trial.harness.entrance == nil ? nil : try await trial.makeProxy()
            let client = try await trial.makeClient { $0.addresses = proxy.map { [$0.address] } }
            let before = try await trial.harness.census()?.watches
            let names = (0..<25).map { "svc-\($0)" }
            let records = names.map { trial.record($0) }
            for record in records { try await trial.register(record) }
            var recorders: [(record: ServiceRecord, recorder: WatchRecorder)] = []
            for number in 0..<500 {
                let record = records[number % records.count]
                recorders.append((record, trial.record(try client.watch(record.name))))
            }
            for _ in 0..<20 {
                var passing: [RegistryWatch] = []
                for number in 0..<100 { passing.append(try client.watch(names[number % names.count])) }
                for watch in passing { watch.cancel() }
            }
            for (record, recorder) in recorders {
                try await trial.eventually(recorder, sees: [record], of: record.name, within: trial.bounds.heal)
            }
            if let proxy {
                let (most, limit) = (proxy.traffic.mostConnections, trial.bounds.connections)
                try trial.expect(most <= limit, "one client holds \(limit) connections at most, not \(most)")
            }
            for (_, recorder) in recorders { recorder.cancel() }
            for (_, recorder) in recorders {
                try await trial.eventually("a cancelled watch ends", within: trial.bounds.heal) { recorder.hasEnded }
            }
            if let before {
                try await trial.eventually("the backend's watches are at their baseline", within: trial.bounds.heal) {
                    try await trial.harness.census()?.watches ?? 0 <= before
                }
            }
        },
        RegistryCase(
            "R53", .stress, "Many services of ten nodes each are counted right, and when all expire each is told",
            motive: "Pages are cut off, and mass expiry drowns a watch."
        ) { trial in
            let names = (0..<trial.bounds.services).map { "svc-\($0)" }
            let started = ContinuousClock.now
            try await trial.registerTens(names, timeToLive: .seconds(600))
            let took = ContinuousClock.now - started
            let all = trial.record(try trial.b.watch(nil))
            try await trial.eventually("a watch of all sees \(names.count) services", within: trial.bounds.heal * 2) {
                all.last?.names.count == names.count
            }
            let nodes = names.reduce(0) { $0 + (all.last?[$1].flatMap(\.nodes).count ?? 0) }
            try trial.expect(nodes, is: names.count * 10, "nodes in the watch of all")
            try trial.expect(try await trial.b.list(), is: names.sorted(), "list")
            for name in [names[0], names[names.count / 2], names[names.count - 1]] {
                let found = try await trial.b.lookUp(name).flatMap(\.nodes).count
                try trial.expect(found, is: 10, "nodes of \(name)")
            }
            // None expires before the last one has its shorter time.
            let timeToLive = max(trial.bounds.timeToLive, took * 2)
            try await trial.registerTens(names, timeToLive: timeToLive)
            let limit = timeToLive + trial.bounds.expirySlack + trial.bounds.heal
            try await trial.eventually("all are gone in the watch", within: limit) { all.last?.names.isEmpty ?? false }
            // A backend may list a name for longer than its nodes are found.
            for name in [names[0], names[names.count - 1]] { try await trial.eventually(trial.b, sees: [], of: name) }
        },
        RegistryCase(
            "R54", .stress,
            "While the nodes of a service are replaced one by one there is always one, and none that is dead",
            motive: "Rolling updates meet moments without any node, or call nodes that have left."
        ) { trial in
            let convergence = trial.bounds.convergence
            let dead = Mutex<[String: ContinuousClock.Instant]>([:])
            for number in 0..<3 { try await trial.register(trial.record(node: "\(number)")) }
            let recorder = trial.record(try trial.b.watch("svc"))
            try await trial.eventually("all three are seen") { recorder.last?["svc"].flatMap(\.nodes).count == 3 }
            let caller = Task {
                while !Task.isCancelled {
                    let now = ContinuousClock.now
                    let nodes = recorder.last?["svc"].flatMap(\.nodes) ?? []
                    guard let node = nodes.randomElement() else {
                        throw ConformanceFailure("there was no node to call")
                    }
                    if let death = dead.withLock({ $0[node.id] }), now - death > convergence {
                        throw ConformanceFailure("\(node.id) was called \(now - death) after it had left")
                    }
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            defer { caller.cancel() }
            for number in 0..<30 {
                let (old, new) = (trial.record(node: "\(number)"), trial.record(node: "\(number + 3)"))
                try await trial.register(new)
                try await trial.eventually("the new node is seen") {
                    recorder.last?["svc"].flatMap(\.nodes).contains(new.nodes[0]) ?? false
                }
                try await trial.a.deregister(old)
                dead.withLock { $0[old.nodes[0].id] = .now }
            }
            // Long enough for the caller to notice one that stays.
            try await trial.eventually(
                recorder, sees: try await trial.b.lookUp("svc"), within: convergence)
            try await trial.never("the watch ends", during: convergence * 2) { recorder.hasEnded }
            caller.cancel()
            try await caller.value
        },
    ]
}

extension RegistryTrial {
    /// Registers ten nodes for each name, a few services at once.
    fileprivate func registerTens(_ names: [String], timeToLive: Duration) async throws {
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
