// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import Micro
import MicroMemory
import ServiceLifecycle
import TestServers
import TestSupport
import Testing

/// Calls from a client to a service.
@Suite(.timeLimit(.minutes(1))) struct ServiceTests {
    @Test(arguments: TransportKind.allCases) func clientDiscoversAndCallsService(_ transportKind: TransportKind)
        async throws
    {
        let fixture = ServiceFixture(transportKind)
        try await fixture.whileServing(fixture.makeGreeter()) { client in
            #expect(try await client.hello("世界") == "Hello 世界 from 1")
            let record = try #require(try await fixture.registry.lookUp("greeter").first)
            #expect(record.endpoints.map(\.name) == ["Greeter.Hello"])
            #expect(record.nodes.first?.id == "greeter-1")
            let metadata = record.nodes.first?.metadata
            #expect(
                metadata == [
                    "transport": transportKind.rawValue, "registry": "memory", "broker": "memory", "protocol": "mucp",
                    "server": "rpc",
                ])
        }
        #expect(try await fixture.registry.lookUp("greeter").isEmpty)
    }

    @Test(arguments: TransportKind.allCases) func errorsAreTypedAndServiceKeepsRunning(_ transportKind: TransportKind)
        async throws
    {
        let fixture = ServiceFixture(transportKind)
        try await fixture.whileServing(fixture.makeGreeter()) { client in
            func error(_ call: () async throws -> Void) async throws -> MicroError {
                try await #require(throws: MicroError.self) { try await call() }
            }
            let application = try await error { _ = try await client.hello("") }
            #expect(application.code == .invalidArgument && application.origin == "greeter")

            let unknownService = try await error {
                _ = try await client.call("unknown", "X", Hello(name: ""), returning: Greeting.self)
            }
            #expect(unknownService.code == .notFound && unknownService.origin == MicroError.Origin.client)

            let unknownEndpoint = try await error {
                _ = try await client.call("greeter", "Greeter.Nope", Hello(name: ""), returning: Greeting.self)
            }
            #expect(unknownEndpoint.code == .notFound && unknownEndpoint.origin == MicroError.Origin.server)

            let malformed = try await error {
                _ = try await client.call("greeter", "Greeter.Hello", ["nom": "John"], returning: Greeting.self)
            }
            #expect(malformed.code == .invalidArgument && malformed.message.contains("name is missing"))

            let crash = try await error { _ = try await client.hello("crash") }
            #expect(crash.code == .internal && !"\(crash)".contains("hunter2"))

            let unreadable = try await error {
                _ = try await client.call("greeter", "Greeter.Hello", Hello(name: "John"), returning: Int.self)
            }
            #expect(unreadable.code == .internal && unreadable.origin == MicroError.Origin.client)

            #expect(try await client.hello() == "Hello John from 1")
        }
        #expect(fixture.log.has("handler failed", "hunter2"))
    }

    @Test(arguments: TransportKind.allCases, ["hang", "hang uncancelable"]) func callFailsAtDeadline(
        _ transportKind: TransportKind, _ name: String
    ) async throws {
        let fixture = ServiceFixture(transportKind)
        try await fixture.whileServing(fixture.makeGreeter()) { client in
            // The handler takes longer than the time limit of the suite.
            await #expect { _ = try await client.hello(name, CallOptions(timeout: .milliseconds(100))) } throws: {
                ($0 as? MicroError)?.code == .deadlineExceeded
            }
            let again = try await client.hello()
            #expect(again == "Hello John from 1")
        }
    }

    /// A caller without its own deadline gets go-micro's status on a connection that stays open.
    @Test(arguments: [("hang", 408), ("crash", 500), ("", 400)])
    func serverReportsTimeoutAndKeepsConnection(_ name: String, _ code: Int) async throws {
        let fixture = ServiceFixture(.http)
        try await fixture.whileServing(fixture.makeGreeter()) { _ in
            let node = try #require(try await fixture.registry.lookUp("greeter").first?.nodes.first)
            let transfer = CurlTransfer()
            let response = try await transfer.perform(
                CurlRequest(
                    method: "POST", url: "http://\(Address(node))/",
                    headers: [
                        ("Content-Type", "application/json"), ("Micro-Service", "greeter"),
                        ("Micro-Endpoint", "Greeter.Hello"), ("Timeout", "100000000"),
                    ], body: Array(#"{"name":"\#(name)"}"#.utf8)))
            await transfer.close()
            #expect(response.status == 200 && response.body.isEmpty)
            #expect(response.headers["Micro-Error"]?.contains("\"code\":\(code),") == true)
            #expect(response.headers["Connection"] == nil)
        }
    }

    @Test(arguments: TransportKind.allCases) func oversizedBodyIsRejectedWithoutRetry(_ transportKind: TransportKind)
        async throws
    {
        let fixture = ServiceFixture(transportKind)
        try await fixture.whileServing(fixture.makeGreeter()) { client in
            let (huge, retries) = (String(repeating: "x", count: 5 * 1024 * 1024), Counter())
            defer { #expect(retries.value == 0, "retries cannot succeed") }
            await #expect { _ = try await client.hello(huge, CallOptions { _ in retries.add() }) } throws: {
                ($0 as? MicroError)?.code == .payloadTooLarge
            }
            let again = try await client.hello()
            #expect(again == "Hello John from 1")
        }
    }

    @Test(arguments: TransportKind.allCases) func callsAreBalancedAndAvoidDeadNode(_ transportKind: TransportKind)
        async throws
    {
        let fixture = ServiceFixture(transportKind)
        let retries = Counter()
        let options = CallOptions { _ in retries.add() }
        let registry = fixture.registry
        try await fixture.whileServing(
            fixture.makeGreeter(id: "1"), fixture.makeGreeter(id: "2"),
            client: fixture.makeClient { $0.strategy = .roundRobin }
        ) { client in
            var counts: [String: Int] = [:]
            for _ in 0..<20 { counts[try await client.hello("x", options), default: 0] += 1 }
            #expect(counts == ["Hello x from 1": 10, "Hello x from 2": 10])
            #expect(retries.value == 0)

            // A registered node on which nothing listens.
            let unusedPort = transportKind == .memory ? 65535 : 1
            let dead = ServiceRecord(
                name: "greeter", version: "0",
                nodes: [
                    Node(
                        id: "dead", address: "127.0.0.1", port: unusedPort,
                        metadata: ["transport": transportKind.rawValue])
                ])
            try await registry.register(dead, timeToLive: nil)
            for _ in 0..<40 { _ = try await client.hello("x", options) }
            // The node is ejected, and probed occasionally.
            #expect((1...10).contains(retries.value), "\(retries.value)")
            try await registry.deregister(dead)
        }
    }

    @Test func onlyDeadNodeFailsAfterRetries() async throws {
        let fixture = ServiceFixture()
        let (registry, retries) = (fixture.registry, Counter())
        try await registry.register(
            ServiceRecord(
                name: "greeter",
                nodes: [Node(id: "dead", address: "127.0.0.1", port: 1, metadata: ["transport": "memory"])]),
            timeToLive: nil)
        let client = try fixture.makeClient()
        await #expect {
            _ = try await client.hello("x", CallOptions(timeout: .seconds(60), retries: 3) { _ in retries.add() })
        } throws: {
            ($0 as? MicroError)?.code == .unavailable
        }
        #expect(retries.value == 3)
        await client.close()
    }

    @Test func possiblyExecutedCallIsRetriedOnlyIfIdempotent() async throws {
        let fixture = ServiceFixture()
        let runs = Counter()
        let service = try fixture.makeGreeter()
        service.handle("Greeter.Lossy") { (request: Hello, context) -> Greeting in
            runs.add()
            throw MicroError(.unavailable, "an error of another service", origin: MicroError.Origin.server)
        }
        try await fixture.whileServing(service, client: fixture.makeClient { $0.maxRetries = 1 }) { client in
            for isIdempotent in [true, false] {
                await #expect {
                    _ = try await client.call(
                        "greeter", "Greeter.Lossy", Hello(name: ""), options: CallOptions(isIdempotent: isIdempotent),
                        returning: Greeting.self)
                } throws: {
                    ($0 as? MicroError)?.origin == "greeter"
                }
            }
        }
        #expect(runs.value == 3)
    }

    /// With `notFound`, what the caller has asked for would seem to be missing.
    @Test(arguments: [("nowhere", "Nowhere.Get"), ("greeter", "Greeter.Nope")])
    func missingServiceOfHandlerIsUnavailableToCaller(_ service: String, _ endpoint: String) async throws {
        let fixture = ServiceFixture()
        let greeter = try fixture.makeGreeter()
        greeter.handle("Greeter.Forward") { (request: Hello, context) in
            try await context.client.call(service, endpoint, request, returning: Greeting.self)
        }
        try await fixture.whileServing(greeter) { client in
            let error = try await #require(throws: MicroError.self) {
                try await client.call("greeter", "Greeter.Forward", Hello(name: ""), returning: Greeting.self)
            }
            #expect(error.code == .unavailable && error.origin == "greeter" && !error.isSafeToRetry, "\(error)")
        }
    }

    /// A cancellation that does not concern the request is an error of the handler.
    @Test func unrelatedCancellationIsInternalError() async throws {
        let fixture = ServiceFixture(.http)
        let service = try fixture.makeGreeter()
        service.handle("Greeter.Inner") { (request: Hello, context) in
            let inner = Task { try await Task.sleep(for: .seconds(60)) }
            inner.cancel()
            try await inner.value
            return Greeting(greeting: "")
        }
        try await fixture.whileServing(service) { client in
            let error = try await #require(throws: MicroError.self) {
                try await client.call("greeter", "Greeter.Inner", Hello(name: ""), returning: Greeting.self)
            }
            #expect(error.code == .internal)
        }
        #expect(fixture.log.has("handler failed", "CancellationError"))
    }

    @Test func callerNameIsSentInHeader() async throws {
        let fixture = ServiceFixture(.http)
        let service = try fixture.makeGreeter()
        service.handle("Greeter.Who") { (request: Hello, context) in
            Greeting(greeting: "\(context.headers["Micro-From-Service"] ?? "?") \(context.headers["Trace"] ?? "?")")
        }
        try await fixture.whileServing(service) { _ in
            let greeting = try await service.client.call(
                "greeter", "Greeter.Who", Hello(name: ""), options: CallOptions(headers: ["Trace": "1"]),
                returning: Greeting.self)
            #expect(greeting.greeting == "greeter 1")
        }
    }
}
