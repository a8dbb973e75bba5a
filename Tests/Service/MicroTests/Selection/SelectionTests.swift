// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Micro

/// The nodes that strategies and filters select.
@Suite(.timeLimit(.minutes(1))) struct SelectionTests {
    private let registry = ManualRegistry()
    private let deadline = ContinuousClock.now + .seconds(30)

    private static func node(_ id: String, _ metadata: [String: String] = [:]) -> Node {
        Node(id: id, address: "10.0.0.1", port: 80, metadata: metadata)
    }

    /// A selector that has received some records.
    private func selector(_ strategy: SelectionStrategy, _ records: [ServiceRecord]) async throws -> NodeSelector {
        let selector = NodeSelector(registry: registry, transportName: "http", strategy: strategy)
        async let pick = selector.pick("svc", deadline: deadline)
        let before = registry.watches.value
        #expect(await eventually { registry.watches.value >= max(1, before) })
        registry.yield(RegistryState(records))
        (try? await pick)?.report(.abandoned)
        return selector
    }

    private func selector(_ strategy: SelectionStrategy, _ nodes: [Node]) async throws -> NodeSelector {
        try await selector(strategy, [ServiceRecord(name: "svc", nodes: nodes)])
    }

    private func ids(_ selector: NodeSelector, _ count: Int, where filter: NodeFilter = NodeFilter()) async throws
        -> [String]
    {
        var ids: [String] = []
        for _ in 0..<count {
            let selection = try await selector.pick("svc", where: filter, deadline: deadline)
            selection.report(.abandoned)
            ids.append(selection.node.id)
        }
        return ids
    }

    @Test func consistentHashKeepsKeyOnNodeUntilItLeaves() async throws {
        let nodes = (0..<10).map { Self.node("n\($0)") }
        let selector = try await selector(.consistentHash, nodes)
        let other = ManualRegistry()
        let second = NodeSelector(registry: other, transportName: "http", strategy: .consistentHash)
        async let first = second.pick("svc", deadline: deadline)
        #expect(await eventually { other.watches.value == 1 })
        other.yield(RegistryState([ServiceRecord(name: "svc", nodes: nodes.reversed())]))
        _ = try await first

        func owners(_ selector: NodeSelector) async throws -> [String] {
            var owners: [String] = []
            for key in 0..<1000 {
                owners.append(try await selector.pick("svc", key: "customer-\(key)", deadline: deadline).node.id)
            }
            return owners
        }
        let before = try await owners(selector)
        #expect(try await owners(second) == before, "another client maps keys to other nodes")
        for node in nodes {
            let share = before.count { $0 == node.id }
            #expect((50...170).contains(share), "\(node.id) has \(share) of 1000 keys")
        }
        // Calls without a key are spread over the nodes.
        #expect(Set(try await ids(selector, 100)).count > 5)

        registry.yield(RegistryState([ServiceRecord(name: "svc", nodes: nodes.filter { $0.id != "n3" })]))
        #expect(try await eventually { try await owners(selector).contains("n3") == false })
        let after = try await owners(selector)
        for (old, new) in zip(before, after) where old != "n3" { #expect(old == new) }
        await selector.close()
        await second.close()
    }

    @Test func leastLoadedPrefersFasterNode() async throws {
        let selector = try await selector(.leastLoaded, [Self.node("slow"), Self.node("fast")])
        // Each node gets one call before the latency of the other is known.
        var waiting: [Selection] = []
        for _ in 0..<2 { waiting.append(try await selector.pick("svc", deadline: deadline)) }
        #expect(Set(waiting.map(\.node.id)) == ["slow", "fast"])
        waiting.first { $0.node.id == "fast" }?.report(.responded)
        // The slow node has not responded yet.
        #expect(Set(try await pickAndRespond(selector, 20)) == ["fast"])
        await selector.close()
    }

    private func pickAndRespond(_ selector: NodeSelector, _ count: Int) async throws -> [String] {
        var ids: [String] = []
        for _ in 0..<count {
            let selection = try await selector.pick("svc", deadline: deadline)
            selection.report(.responded)
            ids.append(selection.node.id)
        }
        return ids
    }

    @Test func leastLoadedAvoidsFastRejectingNode() async throws {
        let selector = try await selector(.leastLoaded, [Self.node("overloaded"), Self.node("normal")])
        var overloaded = 0
        for _ in 0..<100 {
            let selection = try await selector.pick("svc", deadline: deadline)
            if selection.node.id == "overloaded" { overloaded += 1 }
            selection.report(selection.node.id == "overloaded" ? .overloaded : .responded)
        }
        #expect(overloaded <= 5)
        await selector.close()
    }

    @Test func leastLoadedCountsInFlightCalls() async throws {
        let selector = try await selector(.leastLoaded, [Self.node("a"), Self.node("b")])
        _ = try await pickAndRespond(selector, 20)
        // None of these calls ends.
        var inFlight: [String] = []
        for _ in 0..<100 { inFlight.append(try await selector.pick("svc", deadline: deadline).node.id) }
        for id in ["a", "b"] { #expect(inFlight.count { $0 == id } > 5, "\(id)") }
        await selector.close()
    }

    @Test func weightedSelectionFollowsWeights() async throws {
        let nodes = [
            Self.node("none", ["weight": "0"]), Self.node("one"), Self.node("three", ["weight": "3"]),
            Self.node("wrong", ["weight": "-7"]),
        ]
        let selector = try await selector(.weighted, nodes)
        let selected = try await ids(selector, 5000)
        #expect(selected.count { $0 == "none" } == 0)
        #expect((850...1150).contains(selected.count { $0 == "one" }))
        #expect((2750...3250).contains(selected.count { $0 == "three" }))
        #expect((850...1150).contains(selected.count { $0 == "wrong" }))
        // A node of weight 0 does not replace others either.
        for _ in 0..<20 {
            let instead = try await selector.pick("svc", avoiding: ["three", "wrong"], deadline: deadline)
            #expect(instead.node.id == "one")
        }
        registry.yield(RegistryState([ServiceRecord(name: "svc", nodes: [nodes[0]])]))
        #expect(try await eventually { try await ids(selector, 1) == ["none"] })
        await selector.close()
    }

    @Test(arguments: SelectionStrategy.allCases) func filtersLimitSelectedNodes(_ strategy: SelectionStrategy)
        async throws
    {
        let hello = Endpoint(name: "Greeter.Hello")
        let selector = try await selector(
            strategy,
            [
                ServiceRecord(name: "svc", version: "1", endpoints: [hello], nodes: [Self.node("a", ["disk": "ssd"])]),
                ServiceRecord(
                    name: "svc", version: "2", endpoints: [hello, Endpoint(name: "Greeter.Bye")],
                    nodes: [Self.node("b"), Self.node("c", ["disk": "ssd"])]),
                ServiceRecord(name: "svc", version: "3", nodes: [Self.node("d")]),
            ])
        func all(_ filter: NodeFilter) async throws -> Set<String> { Set(try await ids(selector, 100, where: filter)) }
        #expect(try await all(NodeFilter()) == ["a", "b", "c", "d"])
        #expect(try await all(NodeFilter(versions: ["1", "3"])) == ["a", "d"])
        #expect(try await all(NodeFilter(labels: ["disk": "ssd"])) == ["a", "c"])
        #expect(try await all(NodeFilter(versions: ["2"], labels: ["disk": "ssd"])) == ["c"])
        #expect(try await all(NodeFilter(endpoint: "Greeter.Bye")) == ["b", "c", "d"])
        await #expect {
            try await selector.pick("svc", where: NodeFilter(versions: ["9"]), deadline: deadline)
        } throws: {
            ($0 as? MicroError)?.code == .notFound && "\($0)".contains("none of its 4 nodes matches the filter")
        }
        await selector.close()
    }

    @Test func preferredZoneFallsBackToOtherZones() async throws {
        let selector = try await selector(
            .random, [Self.node("a", ["zone": "x"]), Self.node("b", ["zone": "y"]), Self.node("c")])
        let near = NodeFilter(zone: "x")
        #expect(Set(try await ids(selector, 50, where: near)) == ["a"])
        let tried = try await selector.pick("svc", where: near, avoiding: ["a"], deadline: deadline)
        #expect(tried.node.id != "a")
        try await selector.pick("svc", where: near, deadline: deadline).report(.failed)
        #expect(Set(try await ids(selector, 50, where: near)) == ["b", "c"])
        #expect(Set(try await ids(selector, 50, where: NodeFilter(zone: "nowhere"))) == ["b", "c"])
        await selector.close()
    }

    /// Its weight of 0 takes a node out of use, also for callers of its zone.
    @Test func preferredZoneDoesNotSelectNodeOfWeightZero() async throws {
        let selector = try await selector(
            .weighted, [Self.node("drained", ["zone": "x", "weight": "0"]), Self.node("b", ["zone": "y"])])
        #expect(Set(try await ids(selector, 50, where: NodeFilter(zone: "x"))) == ["b"])
        await selector.close()
    }

    @Test func selectionReportsStaleDuration() async throws {
        let selector = try await selector(.random, [Self.node("a")])
        #expect(try await selector.pick("svc", deadline: deadline).staleDuration == nil)
        let cause = MicroError(.unavailable, "the registry is not readable")
        registry.yield(
            RegistryState([ServiceRecord(name: "svc", nodes: [Self.node("a")])])
                .failing(with: cause, at: .now - .seconds(60)))
        #expect(
            try await eventually {
                try await selector.pick("svc", deadline: deadline).staleDuration ?? .zero >= .seconds(60)
            })
        await selector.close()
    }

    /// Callers can use any number of filters. A cached pool keeps the position of round robin.
    @Test func nodePoolCacheIsBounded() async throws {
        let selector = try await selector(.roundRobin, [Self.node("a"), Self.node("b")])
        func pick(_ zone: Int) async throws -> String {
            try await selector.pick("svc", where: NodeFilter(zone: "\(zone)"), deadline: deadline).node.id
        }
        #expect(try await pick(0) != pick(0))
        var forgotten = 0
        for _ in 0..<20 {
            let first = try await pick(0)
            for other in 1...100 { _ = try await pick(other) }
            if try await pick(0) == first { forgotten += 1 }
        }
        #expect(forgotten > 0)
        await selector.close()
    }
}
