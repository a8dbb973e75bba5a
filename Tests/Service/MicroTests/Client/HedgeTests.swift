// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroMemory
import Synchronization
import TestSupport
import Testing

@testable import Micro

/// Calls that send a request to a second node if the first one is slow.
@Suite(.timeLimit(.minutes(1))) struct HedgeTests {
    private let registry = MemoryRegistry(backend: MemoryBackend())
    private let budget = RetryBudget(ratio: 0)
    private let requestedNodes = NodeRecorder()

    /// Calls the service of these nodes, which respond with the handler. The handler receives the ID of the node and
    /// the number of earlier requests.
    private func call(
        _ ids: [String], after delay: Duration = .milliseconds(20), isIdempotent: Bool = true,
        _ handler: @escaping @Sendable (_ id: String, _ before: Int) async throws -> String
    ) async throws -> String {
        let nodes = ids.map { Node(id: $0, address: "127.0.0.1", port: 1) }
        try await registry.register(ServiceRecord(name: "svc", nodes: nodes), timeToLive: nil)
        let selector = NodeSelector(registry: registry, transportName: "memory")
        let retryExecutor = RetryExecutor(
            selector: selector, budget: budget,
            policy: RetryPolicy(
                maxRetries: 2, backoff: Backoff(base: .milliseconds(1), maxDelay: .milliseconds(1)),
                filter: NodeFilter()),
            options: CallOptions(isIdempotent: isIdempotent, hedgeDelay: delay)
        ) { [requestedNodes] _, node in
            let before = requestedNodes.record(node.id)
            return try await handler(node.id, before)
        }
        let request = TransportRequest(
            service: "svc", endpoint: "Ask", contentType: "text/plain", deadline: .now + .seconds(30))
        defer { Task { await selector.close() } }
        return try await retryExecutor.run(request)
    }

    /// The first node that gets a request responds when the gate opens; every other node responds immediately.
    private func callBeforeOpening(
        _ gate: AsyncGate, _ ids: [String], isIdempotent: Bool = true
    ) async throws -> String {
        try await call(ids, isIdempotent: isIdempotent) { id, before in
            if before == 0 { await gate.pass() }
            return id
        }
    }

    @Test func hedgedCallReturnsFirstResponseAndUsesRetryBudget() async throws {
        let response = try await call(["a", "b"]) { id, before in
            if before == 0 { try await Task.sleep(for: .seconds(600)) }
            return id
        }
        #expect(requestedNodes.ids.count == 2 && requestedNodes.ids.last == response)
        #expect(budget.drain() == RetryBudget.capacity - 1)
    }

    @Test(arguments: [["a"], ["a", "b"]])
    func hedgeIsSkippedWithoutOtherNodeOrBudget(_ ids: [String]) async throws {
        if ids.count > 1 { _ = budget.drain() }
        try await expectSingleRequest(ids)
    }

    @Test func nonIdempotentCallIsNotHedged() async throws {
        try await expectSingleRequest(["a", "b"], isIdempotent: false)
    }

    private func expectSingleRequest(_ ids: [String], isIdempotent: Bool = true) async throws {
        let gate = AsyncGate()
        async let response = callBeforeOpening(gate, ids, isIdempotent: isIdempotent)
        #expect(await eventually { requestedNodes.ids.count == 1 })
        #expect(await always(during: .milliseconds(200)) { requestedNodes.ids.count == 1 })
        gate.open()
        #expect(try await [response] == requestedNodes.ids)
    }

    @Test func hedgedCallContinuesWhenNodeIsDeregistered() async throws {
        let gate = AsyncGate()
        async let response = call(["a"], after: .milliseconds(300)) { id, _ in
            await gate.pass()
            return id
        }
        #expect(await eventually { requestedNodes.ids.count == 1 })
        for record in try await registry.lookUp("svc") { try await registry.deregister(record) }
        // Within this time the second attempt has looked for a node.
        #expect(await always(during: .milliseconds(600)) { requestedNodes.ids.count == 1 })
        gate.open()
        #expect(try await response == "a")
    }

    @Test func failureBeforeHedgeEndsCall() async throws {
        let error = await #expect(throws: MicroError.self) {
            try await call(["a", "b"], after: .milliseconds(200)) { _, _ in throw MicroError(.permissionDenied, "no") }
        }
        #expect(error?.code == .permissionDenied && requestedNodes.ids.count == 1)
    }

    @Test func failureOfOneHedgedAttemptIsIgnored() async throws {
        let gate = AsyncGate()
        let response = try await call(["a", "b"]) { id, before in
            guard before == 0 else {
                gate.open()
                throw MicroError(.permissionDenied, "no")
            }
            await gate.pass()
            return id
        }
        #expect([response] == requestedNodes.ids.dropLast())
    }

    @Test func hedgedRetryUsesUntriedNode() async throws {
        for _ in 0..<16 {
            let test = HedgeTests()
            let response = try await test.call(["a", "b", "c"], after: .milliseconds(1)) { id, before in
                switch before {
                case 0: try await Task.sleep(for: .seconds(600))
                case 1: throw MicroError(.unavailable, "no", origin: MicroError.Origin.transport, isSafeToRetry: true)
                default: break
                }
                return id
            }
            #expect(
                Set(test.requestedNodes.ids).count == 3 && test.requestedNodes.ids.last == response,
                "\(test.requestedNodes.ids)")
        }
    }
}

/// The nodes that got requests, in order.
private final class NodeRecorder: Sendable {
    private let state = Mutex<[String]>([])

    var ids: [String] { state.withLock(\.self) }

    /// Adds a node, and returns the previous number of nodes.
    func record(_ id: String) -> Int {
        state.withLock { ids in
            ids.append(id)
            return ids.count - 1
        }
    }
}

extension RetryBudget {
    /// Takes all tokens, and returns their number.
    fileprivate func drain() -> Int {
        var count = 0
        while tryAcquire() { count += 1 }
        return count
    }
}
