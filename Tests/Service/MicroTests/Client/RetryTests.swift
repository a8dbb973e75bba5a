// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroMemory
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import Micro

/// T42, T43: the calls that are retried, and the node, number and time limit of retries.
@Suite(.timeLimit(.minutes(1))) struct RetryTests {
    private let backend = MemoryBackend()

    /// Runs a body with a client of nodes that respond with a handler. The handler receives the ID of the node.
    private func withNodes(
        _ ids: [String], strategy: SelectionStrategy = .random, backoff: Backoff? = nil,
        _ handler: @escaping @Sendable (String) async throws -> Text,
        _ body: (Client) async throws -> Void
    ) async throws {
        let registry = MemoryRegistry(backend: backend)
        let transport = MemoryTransport(backend: backend)
        let codec = JSONCodec()
        let encode = try #require(codec.encoder(for: Text.self))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                let listener = try await transport.bind(to: Address(host: id, port: 1))
                group.addTask {
                    try await listener.run { request in
                        var response = TransportResponse(contentType: request.contentType)
                        try encode(try await handler(id), &response.body)
                        return response
                    }
                }
            }
            let nodes = ids.map { Node(id: $0, address: $0, port: 1, metadata: ["transport": "memory"]) }
            try await registry.register(ServiceRecord(name: "svc", nodes: nodes), timeToLive: nil)
            var configuration = Client.Configuration()
            configuration.strategy = strategy
            if let backoff { configuration.backoff = backoff }
            let client = try Client(configuration: configuration, registry: registry, transport: transport)
            try await body(client)
            await client.close()
            await transport.close()
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }

    private static let refusal = MicroError(
        .unavailable, "stopping", origin: MicroError.Origin.transport, isSafeToRetry: true)

    @Test func retryPrefersUntriedNodes() async throws {
        let requestCount = Counter()
        try await withNodes(["a", "b", "c"]) { id in
            requestCount.add()
            guard id == "c" else { throw Self.refusal }
            return Text(text: id)
        } _: { client in
            for _ in 0..<10 {
                let before = requestCount.value
                let response: Text = try await client.call("svc", "Do", Text(text: ""))
                #expect(response.text == "c")
                #expect(requestCount.value <= before + 3, "each node gets at most one request")
            }
        }
    }

    @Test func retriesStopAtDeadline() async throws {
        let requestCount = Counter()
        try await withNodes(["a"]) { _ in
            requestCount.add()
            throw Self.refusal
        } _: { client in
            let options = CallOptions(timeout: .seconds(4), retries: 1000)
            let error = try await #require(throws: MicroError.self) {
                try await client.call("svc", "Do", Text(text: ""), options: options, returning: Text.self)
            }
            #expect(error.code == .unavailable || error.code == .deadlineExceeded)
            // Without the deadline, or without exponential backoff, the budget of 100 retries would be used up.
            #expect((2...60).contains(requestCount.value), "\(requestCount.value)")
        }
    }

    @Test func delayBeforeRetryDoesNotExceedDeadline() async throws {
        let requestCount = Counter()
        let backoff = Backoff(base: .seconds(300), maxDelay: .seconds(300))
        try await withNodes(["a"], backoff: backoff) { _ in
            requestCount.add()
            throw Self.refusal
        } _: { client in
            let error = try await #require(throws: MicroError.self) {
                try await client.call(
                    "svc", "Do", Text(text: ""), options: CallOptions(timeout: .seconds(20)), returning: Text.self)
            }
            // The first retry has no delay. The delay of the second one is at least 30 s.
            #expect(error.code == .unavailable && requestCount.value == 2)
        }
    }

    /// The refusal of the second attempt does not mean that the first one had no effect.
    @Test func errorAfterAttemptThatMayHaveRunIsNotSafeToRetry() async throws {
        let requestCount = Counter()
        try await withNodes(["a", "b"]) { _ in
            if requestCount.add() == 1 { throw MicroError(.unavailable, "the database is not reachable") }
            throw Self.refusal
        } _: { client in
            let options = CallOptions(retries: 1, isIdempotent: true)
            let error = try await #require(throws: MicroError.self) {
                try await client.call("svc", "Do", Text(text: ""), options: options, returning: Text.self)
            }
            #expect(error.code == .unavailable && requestCount.value == 2)
            #expect(error.origin == MicroError.Origin.transport && !error.isSafeToRetry)
        }
    }

    @Test(arguments: [
        MicroError(.unavailable, "the database is not reachable"), MicroError(.resourceExhausted, "come back later"),
        MicroError(.internal, "?"), MicroError(.notFound, "no such user"), MicroError(.permissionDenied, "no"),
    ]) func applicationErrorsAreNotRetried(_ error: MicroError) async throws {
        let requestCount = Counter()
        try await withNodes(["a", "b"]) { _ in
            requestCount.add()
            throw error
        } _: { client in
            let thrown = try await #require(throws: MicroError.self) {
                try await client.call("svc", "Do", Text(text: ""), returning: Text.self)
            }
            #expect(thrown.code == error.code && thrown.message == error.message && requestCount.value == 1)
        }
    }

    @Test func zeroRetriesMakesSingleAttempt() async throws {
        let requestCount = Counter()
        try await withNodes(["a", "b"]) { _ in
            requestCount.add()
            throw Self.refusal
        } _: { client in
            _ = try? await client.call(
                "svc", "Do", Text(text: ""), options: CallOptions(retries: 0, isIdempotent: true), returning: Text.self)
            #expect(requestCount.value == 1)
        }
    }

    /// An unreachable database is not a failure of the node.
    @Test(arguments: [MicroError.Code.unavailable, .resourceExhausted])
    func applicationErrorsDoNotEjectNode(_ code: MicroError.Code) async throws {
        let failed = Counter()
        try await withNodes(["a", "b"]) { id in
            guard id == "a" else { return Text(text: id) }
            failed.add()
            throw MicroError(code, "the database is not reachable")
        } _: { client in
            for _ in 0..<40 { _ = try? await client.call("svc", "Do", Text(text: ""), returning: Text.self) }
            #expect(failed.value >= 8, "about half of 40 unless the node is ejected")
        }
    }

    @Test(arguments: SelectionStrategy.allCases) func hangingNodeFailsFewCalls(_ strategy: SelectionStrategy)
        async throws
    {
        try await withNodes(["a", "b", "c"], strategy: strategy) { id in
            if id == "a" { try await Task.sleep(for: .seconds(600)) }
            return Text(text: id)
        } _: { client in
            var failures = 0
            for call in 0..<60 {
                let options = CallOptions(timeout: .milliseconds(100), key: "customer-\(call)")
                let response: Text? = try? await client.call("svc", "Do", Text(text: ""), options: options)
                if response == nil { failures += 1 }
            }
            #expect(failures <= 6, "\(failures) of 60")
        }
    }

    /// The overloaded node rejects calls faster than the other one responds.
    @Test func leastLoadedAvoidsOverloadedNodes() async throws {
        let refused = Counter()
        try await withNodes(["a", "b"], strategy: .leastLoaded) { id in
            guard id == "a" else {
                try await Task.sleep(for: .milliseconds(2))
                return Text(text: id)
            }
            refused.add()
            throw MicroError(.resourceExhausted, "busy", origin: MicroError.Origin.server, isSafeToRetry: true)
        } _: { client in
            let options = CallOptions(retries: 0)
            for _ in 0..<60 {
                _ = try? await client.call("svc", "Do", Text(text: ""), options: options, returning: Text.self)
            }
            #expect((1...12).contains(refused.value), "\(refused.value)")
        }
    }
}
