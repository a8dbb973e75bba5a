// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

extension RegistryCase {
    static let stress = [
        RegistryCase(
            "R17", .stress,
            "After a thousand concurrent registrations and deregistrations, a final deregistration is permanent.",
            rationale: "A delayed registration restores the node of a service that has stopped."
        ) { context in
            let timeToLive = context.bounds.expiry.timeToLive
            let record = context.record()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for round in 0..<1000 {
                    if round >= 16 { try await group.next() }
                    group.addTask {
                        if round.isMultiple(of: 2) {
                            try await context.writer.register(record, timeToLive: timeToLive)
                        } else {
                            try await context.writer.deregister(record)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await context.writer.deregister(record)
            try await context.eventually(context.reader, sees: [])
            try await context.never("the node reappears", during: timeToLive * 2) {
                try await !context.reader.lookUp("svc").isEmpty
            }
        },
        RegistryCase(
            "R28", .stress, "Two hundred registrations with heartbeats share the connections of their client.",
            rationale: "Adapters open a connection, log in or create a session for each registration or heartbeat.",
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
                try await context.eventually("the watch sees all nodes", within: context.bounds.timeouts.recovery) {
                    recorder.nodes(of: "svc-\(number)").count == 8
                }
            }
            let (maxOpen, limit) = (proxy.traffic.maxOpenConnections, context.bounds.limits.maxConnections)
            try context.expect(maxOpen <= limit, "a client holds at most \(limit) connections; it held \(maxOpen)")
            let made = proxy.traffic.connections
            try context.expect(made <= limit * 2, "a client opens at most \(limit * 2) connections; it opened \(made)")
        },
        RegistryCase(
            "R36", .stress,
            "Five hundred concurrent watches and two thousand short ones leave no watches at the backend.",
            rationale: "Every watch has its own connections and tasks, some of which outlive it."
        ) { context in
            let proxy = context.harness.endpoint == nil ? nil : try await context.makeProxy()
            let client = try await context.makeClient { $0.addresses = proxy.map { [$0.address] } }
            let before = try await context.harness.resourceCounts()
            let names = (0..<25).map { "svc-\($0)" }
            let records = names.map { context.record($0) }
            for record in records { try await context.register(record) }
            var recorders: [(record: ServiceRecord, recorder: WatchRecorder)] = []
            for number in 0..<500 {
                let record = records[number % records.count]
                recorders.append((record, context.record(try client.watch(record.name))))
            }
            for _ in 0..<20 {
                var shortWatches: [RegistryWatch] = []
                for number in 0..<100 { shortWatches.append(try client.watch(names[number % names.count])) }
                for watch in shortWatches { watch.cancel() }
            }
            for (record, recorder) in recorders {
                try await context.eventually(
                    recorder, sees: [record], of: record.name, within: context.bounds.timeouts.recovery)
            }
            if let proxy {
                let (maxOpen, limit) = (proxy.traffic.maxOpenConnections, context.bounds.limits.maxConnections)
                try context.expect(maxOpen <= limit, "a client holds at most \(limit) connections; it held \(maxOpen)")
            }
            for (_, recorder) in recorders { recorder.cancel() }
            for (_, recorder) in recorders {
                try await context.eventually("a cancelled watch ends", within: context.bounds.timeouts.recovery) {
                    recorder.hasEnded
                }
            }
            try await context.eventuallyHasNoMoreWatches(than: before)
        },
        RegistryCase(
            "R53", .stress,
            "With many services of ten nodes, lists and watches are complete, and watches see every expiry.",
            rationale: "Results are cut off after a page, and a watch misses events when many nodes expire at once."
        ) { context in
            let names = (0..<context.bounds.load.services).map { "svc-\($0)" }
            let started = ContinuousClock.now
            try await context.registerTenNodesEach(names, timeToLive: .seconds(600))
            let took = ContinuousClock.now - started
            let all = context.record(try context.reader.watch(nil))
            try await context.eventually(
                "a watch of all services sees \(names.count) services", within: context.bounds.timeouts.recovery * 2
            ) {
                all.last?.names.count == names.count
            }
            let nodes = names.reduce(0) { $0 + (all.last?[$1].flatMap(\.nodes).count ?? 0) }
            try context.expect(nodes, is: names.count * 10, "the number of nodes in the watch of all services")
            try context.expect(try await context.reader.list(), is: names.sorted(), "the list")
            for name in [names[0], names[names.count / 2], names[names.count - 1]] {
                let found = try await context.reader.lookUp(name).flatMap(\.nodes).count
                try context.expect(found, is: 10, "the number of nodes of \(name)")
            }
            // Long enough that no node expires before the last one has its shorter time to live.
            let timeToLive = max(context.bounds.expiry.timeToLive, took * 2)
            try await context.registerTenNodesEach(names, timeToLive: timeToLive)
            let limit = timeToLive + context.bounds.expiry.slack + context.bounds.timeouts.recovery
            try await context.eventually("the watch sees no service", within: limit) {
                all.last?.names.isEmpty ?? false
            }
            // A backend may list a service for longer than it returns its nodes.
            for name in [names[0], names[names.count - 1]] {
                try await context.eventually(context.reader, sees: [], of: name)
            }
        },
        RegistryCase(
            "R54", .stress,
            "During a rolling replacement a watch always has a node, and loses removed nodes within the bound.",
            rationale: "During rolling updates, services have no node for a moment, or callers use removed nodes."
        ) { context in
            let convergenceTimeout = context.bounds.timeouts.convergence
            let removed = Mutex<[String: ContinuousClock.Instant]>([:])
            for number in 0..<3 { try await context.register(context.record(node: "\(number)")) }
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually("the watch sees all three nodes") { recorder.nodes().count == 3 }
            let caller = Task {
                while !Task.isCancelled {
                    let now = ContinuousClock.now
                    guard let node = recorder.nodes().randomElement() else {
                        throw ConformanceFailure("the watched state has no node")
                    }
                    if let removal = removed.withLock({ $0[node.id] }), now - removal > convergenceTimeout {
                        throw ConformanceFailure(
                            "the watched state has the node \(node.id) \(now - removal) after its deregistration")
                    }
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            defer { caller.cancel() }
            for number in 0..<30 {
                let (old, new) = (context.record(node: "\(number)"), context.record(node: "\(number + 3)"))
                try await context.register(new)
                try await context.eventually("the watch sees the new node") {
                    recorder.nodes().contains(new.nodes[0])
                }
                try await context.writer.deregister(old)
                removed.withLock { $0[old.nodes[0].id] = .now }
            }
            // Long enough for the caller to find a node that is not removed.
            try await context.eventually(
                recorder, sees: try await context.reader.lookUp("svc"), within: convergenceTimeout)
            try await context.never("the watch ends", during: convergenceTimeout * 2) { recorder.hasEnded }
            caller.cancel()
            try await caller.value
        },
    ]
}

extension RegistryTestContext {
    /// Registers services with ten nodes each, eight of them concurrently.
    fileprivate func registerTenNodesEach(_ names: [String], timeToLive: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, name) in names.enumerated() {
                if index >= 8 { try await group.next() }
                let record = record(name, nodes: 0..<10)
                group.addTask { _ = try await self.writer.register(record, timeToLive: timeToLive) }
            }
            try await group.waitForAll()
        }
    }
}
