// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroMemory
import Synchronization
import TestSupport
import Testing

@testable import Micro

/// Calls that ask a second node when the first one takes long.
@Suite(.timeLimit(.minutes(1))) struct HedgeTests {
    private let registry = MemoryRegistry(backend: MemoryBackend())
    private let budget = RetryBudget(ratio: 0)
    private let asked = Asked()

    /// Makes a call to the service of these nodes, which answer as the handler says: it is told the ID of the node, and how
    /// many were asked before.
    private func call(
        _ ids: [String], after delay: Duration = .milliseconds(20), isIdempotent: Bool = true,
        _ handler: @escaping @Sendable (_ id: String, _ before: Int) async throws -> String
    ) async throws -> String {
        let nodes = ids.map { Node(id: $0, address: "127.0.0.1", port: 1) }
        try await registry.register(ServiceRecord(name: "svc", nodes: nodes), timeToLive: nil)
        let selector = Selector(registry: registry, transportName: "memory")
        let attempts = Attempts(
            selector: selector, budget: budget, retries: 2,
            backoff: Backoff(base: .milliseconds(1), limit: .milliseconds(1)), filter: NodeFilter(),
            options: CallOptions(isIdempotent: isIdempotent, hedgeDelay: delay)
        ) { [asked] _, node in
            let before = asked.note(node.id)
            return try await handler(node.id, before)
        }
        let request = TransportRequest(
            service: "svc", endpoint: "Ask", contentType: "text/plain", deadline: .now + .seconds(30))
        defer { Task { await selector.close() } }
        return try await attempts.run(request)
    }

    /// The first node that is asked says nothing before the gate opens, every other one answers with its ID.
    private func callBeforeOpening(
        _ gate: Gate, _ ids: [String], isIdempotent: Bool = true
    ) async throws -> String {
        try await call(ids, isIdempotent: isIdempotent) { id, before in
            if before == 0 { await gate.pass() }
            return id
        }
    }

    @Test func theFirstAnswerCountsAndIsPaidFromTheBudget() async throws {
        let answer = try await call(["a", "b"]) { id, before in
            if before == 0 { try await Task.sleep(for: .seconds(600)) }
            return id
        }
        #expect(asked.ids.count == 2 && asked.ids.last == answer)
        #expect(budget.rest() == RetryBudget.reserve - 1)
    }

    @Test(arguments: [["a"], ["a", "b"]])
    func withoutAnotherNodeOrAnythingInTheBudgetItWaits(_ ids: [String]) async throws {
        if ids.count > 1 { _ = budget.rest() }
        try await expectOneAsked(ids)
    }

    @Test func whatMustNotRunTwiceIsAskedForOnce() async throws {
        try await expectOneAsked(["a", "b"], isIdempotent: false)
    }

    private func expectOneAsked(_ ids: [String], isIdempotent: Bool = true) async throws {
        let gate = Gate()
        async let answer = callBeforeOpening(gate, ids, isIdempotent: isIdempotent)
        #expect(await eventually { asked.ids.count == 1 })
        #expect(await always(during: .milliseconds(200)) { asked.ids.count == 1 })
        gate.open()
        #expect(try await [answer] == asked.ids)
    }

    @Test func itGoesOnWhenItsNodeLeavesTheRegistry() async throws {
        let gate = Gate()
        async let answer = call(["a"], after: .milliseconds(300)) { id, _ in
            await gate.pass()
            return id
        }
        #expect(await eventually { asked.ids.count == 1 })
        for record in try await registry.lookUp("svc") { try await registry.deregister(record) }
        // By then the second one has looked for a node.
        #expect(await always(during: .milliseconds(600)) { asked.ids.count == 1 })
        gate.open()
        #expect(try await answer == "a")
    }

    @Test func aFailureOfTheOnlyOneSoFarIsTheResult() async throws {
        let error = await #expect(throws: MicroError.self) {
            try await call(["a", "b"], after: .milliseconds(200)) { _, _ in throw MicroError(.permissionDenied, "no") }
        }
        #expect(error?.code == .permissionDenied && asked.ids.count == 1)
    }

    @Test func aFailureOfOneOfTwoIsNot() async throws {
        let gate = Gate()
        let answer = try await call(["a", "b"]) { id, before in
            guard before == 0 else {
                gate.open()
                throw MicroError(.permissionDenied, "no")
            }
            await gate.pass()
            return id
        }
        #expect([answer] == asked.ids.dropLast())
    }

    @Test func aRepetitionGoesToANodeThatNeitherHasAsked() async throws {
        for _ in 0..<16 {
            let test = HedgeTests()
            let answer = try await test.call(["a", "b", "c"], after: .milliseconds(1)) { id, before in
                switch before {
                case 0: try await Task.sleep(for: .seconds(600))
                case 1: throw MicroError(.unavailable, "no", origin: MicroError.Origin.transport, isSafeToRetry: true)
                default: break
                }
                return id
            }
            #expect(Set(test.asked.ids).count == 3 && test.asked.ids.last == answer, "\(test.asked.ids)")
        }
    }
}

/// The nodes that were asked, in order.
private final class Asked: Sendable {
    private let content = Mutex<[String]>([])

    var ids: [String] { content.withLock(\.self) }

    /// How many there were before.
    func note(_ id: String) -> Int {
        content.withLock { ids in
            ids.append(id)
            return ids.count - 1
        }
    }
}

extension RetryBudget {
    /// Takes all that is left.
    fileprivate func rest() -> Int {
        var count = 0
        while take() { count += 1 }
        return count
    }
}
