// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroMemory
import TestSupport
import Testing

@testable import Micro

private func state(_ nodes: String..., transport: String? = "http") -> RegistryState {
    RegistryState([
        ServiceRecord(
            name: "svc",
            nodes: nodes.map {
                Node(id: $0, address: "10.0.0.1", port: 80, metadata: transport.map { ["transport": $0] } ?? [:])
            })
    ])
}

@Suite(.timeLimit(.minutes(1))) struct NodeSelectorTests {
    private let registry = ManualRegistry()
    private let deadline = ContinuousClock.now + .seconds(30)
    private let cause = MicroError(.unavailable, "cannot reach the registry of the test")

    private func selector(_ strategy: SelectionStrategy = .roundRobin) -> NodeSelector {
        NodeSelector(registry: registry, transportName: "http", strategy: strategy)
    }

    /// The IDs of the nodes of some picks.
    private func pickIDs(_ selector: NodeSelector, _ count: Int) async throws -> [String] {
        var ids: [String] = []
        for _ in 0..<count { ids.append(try await selector.pick("svc", deadline: deadline).node.id) }
        return ids
    }

    private func started(_ selector: NodeSelector, _ first: RegistryState) async throws {
        async let pick = selector.pick("svc", deadline: deadline)
        #expect(await eventually { registry.watches.value == 1 })
        registry.yield(first)
        (try? await pick)?.report(.abandoned)
    }

    @Test func roundRobinSelectsNodesEqually() async throws {
        let selector = selector()
        try await started(selector, state("a", "b", "c"))
        let ids = try await pickIDs(selector, 30)
        for id in ["a", "b", "c"] { #expect(ids.count { $0 == id } == 10) }
        await selector.close()
    }

    @Test func randomSelectsAllNodes() async throws {
        let selector = selector(.random)
        try await started(selector, state("a", "b", "c"))
        let ids = try await pickIDs(selector, 600)
        for id in ["a", "b", "c"] { #expect(ids.count { $0 == id } > 100) }
        await selector.close()
    }

    @Test(arguments: SelectionStrategy.allCases) func triedNodesAreAvoidedWhileOthersRemain(
        _ strategy: SelectionStrategy
    ) async throws {
        let selector = selector(strategy)
        try await started(selector, state("a", "b", "c"))
        for _ in 0..<50 {
            #expect(try await selector.pick("svc", avoiding: ["a", "c"], deadline: deadline).node.id == "b")
            let again = try await selector.pick("svc", avoiding: ["a", "b", "c"], deadline: deadline)
            #expect(["a", "b", "c"].contains(again.node.id))
        }
        await selector.close()
    }

    @Test func newRegistryStateIsUsedImmediately() async throws {
        let selector = selector()
        try await started(selector, state("a"))
        registry.yield(state("b"))
        #expect(try await eventually { try await selector.pick("svc", deadline: deadline).node.id == "b" })
        await selector.close()
    }

    @Test func staleNodesAreSelected() async throws {
        let selector = selector()
        try await started(selector, state("a"))
        registry.yield(state("a", "b").failing(with: cause))
        #expect(try await eventually { try await Set(pickIDs(selector, 2)) == ["a", "b"] })
        await selector.close()
    }

    @Test func nodesMissingAfterOutageAreKeptForGracePeriod() async throws {
        let selector = NodeSelector(
            registry: registry, transportName: "http", strategy: .roundRobin, outageGracePeriod: .seconds(2))
        try await started(selector, state("a", "b", "c"))
        registry.yield(state("a", "b", "c").failing(with: cause))
        registry.yield(state())
        let restart = ContinuousClock.now
        // The registry restarted without data.
        #expect(try await Set(pickIDs(selector, 9)) == ["a", "b", "c"])
        #expect(try await eventually { try await selector.pick("svc", deadline: deadline).staleDuration != nil })
        registry.yield(state("b"))
        #expect(try await Set(pickIDs(selector, 9)) == ["a", "b", "c"])
        registry.yield(state("a", "b", "d"))
        #expect(try await eventually { try await Set(pickIDs(selector, 8)) == ["a", "b", "c", "d"] })
        // c has not registered again.
        #expect(try await eventually { try await Set(pickIDs(selector, 6)) == ["a", "b", "d"] })
        #expect(.now - restart >= .seconds(2))
        #expect(try await selector.pick("svc", deadline: deadline).staleDuration == nil)
        await selector.close()
    }

    /// A restart that is too fast for the watch to report a stale state.
    @Test func nodesMissingAfterNewHistoryAreKeptForGracePeriod() async throws {
        let selector = NodeSelector(
            registry: registry, transportName: "http", strategy: .roundRobin, outageGracePeriod: .seconds(2))
        try await started(selector, state("a", "b"))
        let restart = ContinuousClock.now
        var empty = RegistryState()
        empty.historyStart = restart
        registry.yield(empty)
        #expect(try await eventually { try await selector.pick("svc", deadline: deadline).staleDuration != nil })
        #expect(try await Set(pickIDs(selector, 4)) == ["a", "b"])
        // The later states of the same history have the same start.
        var partial = state("b")
        partial.historyStart = restart
        registry.yield(partial)
        #expect(try await eventually { try await Set(pickIDs(selector, 4)) == ["b"] })
        #expect(.now - restart >= .seconds(2))
        registry.yield(empty)
        #expect(await eventually { (try? await selector.pick("svc", deadline: deadline)) == nil })
        await selector.close()
    }

    @Test func nodesMissingWithoutOutageAreRemovedAtOnce() async throws {
        let selector = selector()
        try await started(selector, state("a", "b"))
        // A watch skips states that are replaced before they are read, so the test waits for each state.
        registry.yield(state("b").failing(with: cause))
        #expect(try await eventually { try await selector.pick("svc", deadline: deadline).staleDuration != nil })
        registry.yield(state("b"))
        #expect(try await eventually { try await selector.pick("svc", deadline: deadline).staleDuration == nil })
        registry.yield(state())
        #expect(
            await eventually {
                do {
                    _ = try await selector.pick("svc", deadline: deadline)
                    return false
                } catch { return (error as? MicroError)?.code == .notFound }
            })
        await selector.close()
    }

    @Test func unknownRegistryStateIsUnavailableNotEmpty() async throws {
        let selector = selector()
        let pick = Task { try await selector.pick("svc", deadline: deadline) }
        #expect(await eventually { registry.watches.value == 1 })
        registry.yield(RegistryState(freshness: .unknown(cause: cause)))
        await #expect { try await pick.value } throws: {
            ($0 as? MicroError)?.code == .unavailable && "\($0)".contains("cannot reach the registry of the test")
        }
        registry.yield(RegistryState())
        #expect(
            await eventually {
                do { _ = try await selector.pick("svc", deadline: deadline) } catch {
                    return (error as? MicroError)?.code == .notFound
                        && "\(error)".contains("no usable instances of svc in the registry of the test")
                }
                return false
            })
        await selector.close()
    }

    @Test func nodesOfOtherTransportsAreExcluded() async throws {
        let selector = selector()
        let pick = Task { try await selector.pick("svc", deadline: deadline) }
        #expect(await eventually { registry.watches.value == 1 })
        registry.yield(state("a", transport: "nats"))
        await #expect { try await pick.value } throws: {
            ($0 as? MicroError)?.code == .notFound && "\($0)".contains("none of its 1 nodes uses the transport http")
        }
        registry.yield(state("b", transport: nil))
        #expect(await eventually { (try? await selector.pick("svc", deadline: deadline).node.id) == "b" })
        await selector.close()
    }

    @Test func unresponsiveRegistryFailsAtDeadline() async throws {
        let selector = selector()
        await #expect { try await selector.pick("svc", deadline: .now + .milliseconds(30)) } throws: {
            ($0 as? MicroError)?.code == .deadlineExceeded
        }
        await selector.close()
    }

    /// R51: watches of services without nodes end; watches of services in use continue.
    @Test func watchesOfUnknownServicesAreClosed() async throws {
        let backend = MemoryBackend()
        let registry = MemoryRegistry(backend: backend)
        let record = ServiceRecord(name: "svc", nodes: [Node(id: "a", address: "10.0.0.1", port: 80)])
        try await registry.register(record, timeToLive: nil)
        let selector = NodeSelector(
            registry: registry, transportName: "http", strategy: .random,
            idleTimeout: (inUse: .seconds(60), empty: .seconds(1)))
        for number in 1...50 {
            await #expect(throws: MicroError.self) {
                try await selector.pick("unknown-\(number)", deadline: deadline)
            }
        }
        #expect(try await selector.pick("svc", deadline: deadline).node.id == "a")
        #expect(backend.openWatchCount > 10, "the test needs open watches")
        #expect(await eventually { backend.openWatchCount == 1 })
        #expect(try await selector.pick("svc", deadline: deadline).node.id == "a")

        try await registry.deregister(record)
        #expect(await eventually { (try? await selector.pick("svc", deadline: deadline)) == nil })
        #expect(await eventually { backend.openWatchCount == 0 })
        await selector.close()
        await registry.close()
    }

    @Test func watchStaysOpenWhileCallWaitsForFirstState() async throws {
        let selector = NodeSelector(
            registry: registry, transportName: "http", strategy: .random,
            idleTimeout: (inUse: .seconds(60), empty: .milliseconds(200)))
        let pick = Task { try await selector.pick("svc", deadline: deadline) }
        #expect(await eventually { registry.watches.value == 1 })
        #expect(await always(during: .seconds(1)) { registry.watches.value == 1 })
        registry.yield(state("a"))
        #expect(try await pick.value.node.id == "a")
        await selector.close()
    }

    @Test func selectorKeepsOneWatchPerServiceUntilClosed() async throws {
        let selector = selector()
        try await started(selector, state("a"))
        _ = try await pickIDs(selector, 10)
        #expect(registry.watches.value == 1)
        await selector.close()
        await selector.close()
        #expect(registry.watches.value == 0)
        await #expect { try await selector.pick("svc", deadline: deadline) } throws: {
            ($0 as? MicroError)?.code == .closed
        }
    }

    /// T45: a failing node is ejected, probed and readmitted; if all nodes fail, none is ejected.
    @Test func failingNodeIsEjectedAndReadmitted() async throws {
        let selector = selector()
        try await started(selector, state("a", "b", "c"))
        func pickEach() async throws -> [String: Selection] {
            var selections: [String: Selection] = [:]
            for _ in 0..<3 {
                let selection = try await selector.pick("svc", deadline: deadline)
                selections[selection.node.id] = selection
            }
            return selections
        }
        let each = try await pickEach()
        each["a"]?.report(.failed)
        #expect(Set(try await pickIDs(selector, 10)) == ["b", "c"])
        // The probe succeeds.
        #expect(try await eventually { try await selector.pick("svc", deadline: deadline).node.id == "a" })
        each["a"]?.report(.responded)
        #expect(Set(try await pickIDs(selector, 6)) == ["a", "b", "c"])
        for selection in each.values { selection.report(.failed) }
        #expect(Set(try await pickIDs(selector, 6)) == ["a", "b", "c"])
        await selector.close()
    }

    /// A node that accepts connections but never responds, such as a stopped process.
    @Test(arguments: SelectionStrategy.allCases) func hangingNodeIsEjected(_ strategy: SelectionStrategy) async throws {
        let selector = selector(strategy)
        try await started(selector, state("a", "b", "c"))
        var timeouts = 0
        for call in 0..<120 {
            let selection = try await selector.pick("svc", key: "customer-\(call)", deadline: deadline)
            if selection.node.id == "a" { timeouts += 1 }
            selection.report(selection.node.id == "a" ? .timedOut : .responded)
        }
        // Two timeouts until the ejection, and further probes with growing delays if the test is slow. The least loaded
        // of two random nodes may never be the hanging one.
        let minTimeouts = strategy == .leastLoaded ? 0 : 1
        #expect((minTimeouts...8).contains(timeouts), "\(timeouts)")
        await selector.close()
    }

    @Test func singleTimeoutDoesNotEjectNode() async throws {
        let selector = selector()
        try await started(selector, state("a", "b"))
        for _ in 0..<10 {
            let ids = try await pickIDs(selector, 2)
            #expect(Set(ids) == ["a", "b"])
            for outcome in [Selection.Outcome.timedOut, .responded] {
                var selection = try await selector.pick("svc", deadline: deadline)
                while selection.node.id != "a" { selection = try await selector.pick("svc", deadline: deadline) }
                selection.report(outcome)
            }
        }
        await selector.close()
    }

    /// Threads that pick at the same time work with different shards.
    @Test(arguments: SelectionStrategy.allCases) func concurrentPicksSelectAllNodesAndFollowUpdates(
        _ strategy: SelectionStrategy
    ) async throws {
        let selector = selector(strategy)
        try await started(selector, state("a", "b", "c"))
        func counts(_ picks: Int) async throws -> [String: Int] {
            try await withThrowingTaskGroup(of: [String: Int].self) { group in
                for task in 0..<8 {
                    group.addTask { [deadline] in
                        var counts: [String: Int] = [:]
                        for pick in 0..<picks {
                            let selection = try await selector.pick(
                                "svc", key: "customer-\(task)-\(pick)", deadline: deadline)
                            selection.report(.responded)
                            counts[selection.node.id, default: 0] += 1
                        }
                        return counts
                    }
                }
                return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
            }
        }
        let before = try await counts(2000)
        #expect(Set(before.keys) == ["a", "b", "c"] && before.values.reduce(0, +) == 16_000)
        if strategy == .roundRobin {
            for count in before.values { #expect(abs(count - 16_000 / 3) <= 64, "\(before)") }
        }
        registry.yield(state("d"))
        #expect(await eventually { (try? await counts(10))?.keys.sorted() == ["d"] })
        await selector.close()
        await #expect(throws: MicroError.self) { _ = try await counts(1) }
    }

    @Test func ejectedNodeIsPreferredOverTriedNode() async throws {
        let selector = selector()
        try await started(selector, state("a", "b"))
        for _ in 0..<2 {
            let selection = try await selector.pick("svc", deadline: deadline)
            selection.report(selection.node.id == "b" ? .failed : .responded)
        }
        for _ in 0..<10 { #expect(try await selector.pick("svc", avoiding: ["a"], deadline: deadline).node.id == "b") }
        await selector.close()
    }
}
