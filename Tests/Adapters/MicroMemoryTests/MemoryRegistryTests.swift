// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroMemory
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct MemoryRegistryTests {
    private let backend = MemoryBackend()
    private var registry: MemoryRegistry { MemoryRegistry(backend: backend) }

    private func record(_ version: String = "1", node: String = "a", port: Int = 80, name: String = "svc")
        -> ServiceRecord
    {
        ServiceRecord(
            name: name, version: version, metadata: ["k": "v"], endpoints: [Endpoint(name: "E")],
            nodes: [Node(id: node, address: "10.0.0.1", port: port)])
    }

    @Test func registeredServiceIsFoundAndDeregistered() async throws {
        #expect(
            try await registry.register(record(), timeToLive: nil) == RegisterOutcome(timeToLive: nil, created: true))
        #expect(try await registry.register(record(), timeToLive: nil).created == false)
        #expect(try await registry.lookUp("svc") == [record()])
        #expect(try await registry.list() == ["svc"])
        try await registry.deregister(record())
        try await registry.deregister(record())
        #expect(try await registry.lookUp("svc").isEmpty)
        #expect(try await registry.list().isEmpty)
    }

    @Test func nodeMovesToLatestVersionAndService() async throws {
        try await registry.register(record("1"), timeToLive: nil)
        try await registry.register(record("2"), timeToLive: nil)
        #expect(try await registry.lookUp("svc").map(\.version) == ["2"])
        try await registry.register(record("2", name: "other"), timeToLive: nil)
        #expect(try await registry.list() == ["other"])
    }

    @Test func expiredNodeIsReportedToWatchers() async throws {
        let watch = try registry.watch("svc")
        try await registry.register(record(), timeToLive: .milliseconds(50))
        try await registry.register(record(node: "b"), timeToLive: nil)
        for await state in watch where state["svc"].first?.nodes.map(\.id) == ["b"] { break }
        #expect(try await registry.lookUp("svc").first?.nodes.map(\.id) == ["b"])
    }

    @Test func refreshedNodeDoesNotExpire() async throws {
        try await registry.register(record(), timeToLive: .milliseconds(400))
        let end = ContinuousClock.now + .milliseconds(1200)
        while .now < end {
            try await registry.register(record(), timeToLive: .milliseconds(400))
            #expect(try await registry.lookUp("svc").count == 1)
            await Task.yield()
        }
        #expect(try await eventually { try await registry.lookUp("svc").isEmpty })
    }

    @Test func watchYieldsCurrentStateThenChanges() async throws {
        try await registry.register(record(), timeToLive: nil)
        var one = try registry.watch("svc").makeAsyncIterator()
        var all = try registry.watch(nil).makeAsyncIterator()
        #expect(await one.next()?["svc"] == [record()])
        #expect(await all.next()?["svc"] == [record()])
        try await registry.register(record(name: "other").withNode("o"), timeToLive: nil)
        #expect(await all.next()?["other"].count == 1)
        try await registry.register(record(port: 81), timeToLive: nil)
        #expect(await one.next()?["svc"] == [record(port: 81)])
        try await registry.deregister(record())
        #expect(await one.next()?["svc"] == [])
    }

    @Test func rejectsInvalidRecords() async throws {
        await #expect { try await registry.register(record(name: "a/b"), timeToLive: nil) } throws: {
            ($0 as? MicroError)?.code == .invalidName
        }
        await #expect { try await registry.register(record(), timeToLive: .zero) } throws: {
            ($0 as? MicroError)?.code == .invalidArgument
        }
    }

    @Test func closedRegistryRejectsOperations() async throws {
        let registry = registry
        let watch = try registry.watch("svc")
        await registry.close()
        await registry.close()
        while await watch.first(where: { _ in true }) != nil {}
        await #expect { try await registry.list() } throws: { ($0 as? MicroError)?.code == .closed }
        #expect { try registry.watch("svc") } throws: { ($0 as? MicroError)?.code == .closed }
    }

    @Test func concurrentWritesLeaveOneValue() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for port in 1...50 {
                group.addTask { try await registry.register(record(port: port), timeToLive: nil) }
            }
            try await group.waitForAll()
        }
        let nodes = try await registry.lookUp("svc").flatMap(\.nodes)
        #expect(nodes.count == 1 && (1...50).contains(nodes[0].port ?? 0))
    }
}

extension ServiceRecord {
    fileprivate func withNode(_ id: String) -> ServiceRecord {
        var record = self
        record.nodes[0].id = id
        return record
    }
}
