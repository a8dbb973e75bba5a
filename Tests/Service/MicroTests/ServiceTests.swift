// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import CurlTransfer
import Logging
import Micro
import MicroHTTP
import MicroMemory
import NIOCore
import ServiceLifecycle
import Synchronization
import TestServers
import TestSupport
import Testing

private struct Hello: Codable, Sendable { var name: String }
private struct Greeting: Codable, Sendable, Equatable { var greeting: String }
private struct DatabaseError: Error { let password = "hunter2" }

/// How the pair of a service and its client is connected.
enum TransportKind: String, CaseIterable, Sendable {
    case memory, http

    func make(_ backend: MemoryBackend) -> any Transport {
        switch self {
        case .memory: MemoryTransport(backend: backend)
        case .http: HTTPTransport()
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct ServiceTests {
    private let backend = MemoryBackend()
    private let log = LogRecorder()

    private func makeService(
        _ transportKind: TransportKind, id: String = "1",
        _ change: (inout Microservice.Configuration) -> Void = { _ in }
    ) throws -> Microservice {
        var settings = Microservice.Configuration(name: "greeter", version: "1.0.0")
        settings.id = id
        settings.deregistrationGracePeriod = .zero
        change(&settings)
        let service = try Microservice(
            settings, registry: MemoryRegistry(backend: backend), transport: transportKind.make(backend),
            logger: log.logger)
        service.handle("Greeter.Hello") { (request: Hello, context) in
            switch request.name {
            case "": throw MicroError(.invalidArgument, "a greeting needs a name")
            case "crash": throw DatabaseError()
            case "hang":
                try await Task.sleep(for: .seconds(600))
            case "deaf":
                // Heeds no cancellation.
                await Task.detached { try? await Task.sleep(for: .seconds(120)) }.value
            default: break
            }
            return Greeting(greeting: "Hello \(request.name) from \(id)")
        }
        return service
    }

    private func makeClient(_ transportKind: TransportKind, _ change: (inout Client.Configuration) -> Void = { _ in })
        throws -> Client
    {
        var settings = Client.Configuration()
        change(&settings)
        return try Client(
            registry: MemoryRegistry(backend: backend), transport: transportKind.make(backend), settings: settings)
    }

    private func whileServing(
        _ services: Microservice..., client: Client, _ body: (Client) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            let registry = MemoryRegistry(backend: backend)
            #expect(
                try await eventually { try await registry.lookUp("greeter").flatMap(\.nodes).count == services.count })
            try await body(client)
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
        await client.close()
    }

    private func hello(_ client: Client, _ name: String = "John", _ options: CallOptions = .init()) async throws
        -> String
    {
        try await client.call("greeter", "Greeter.Hello", Hello(name: name), options: options, returning: Greeting.self)
            .greeting
    }

    @Test(arguments: TransportKind.allCases) func clientDiscoversAndCallsService(_ transportKind: TransportKind)
        async throws
    {
        try await whileServing(makeService(transportKind), client: makeClient(transportKind)) { client in
            #expect(try await hello(client, "世界") == "Hello 世界 from 1")
            let record = try #require(try await MemoryRegistry(backend: backend).lookUp("greeter").first)
            #expect(record.endpoints.map(\.name) == ["Greeter.Hello"])
            #expect(record.nodes.first?.id == "greeter-1")
            let metadata = record.nodes.first?.metadata
            #expect(
                metadata == [
                    "transport": transportKind.rawValue, "registry": "memory", "broker": "memory", "protocol": "mucp",
                    "server": "rpc",
                ])
        }
        #expect(try await MemoryRegistry(backend: backend).lookUp("greeter").isEmpty)
    }

    @Test(arguments: TransportKind.allCases) func errorsAreTypedAndServiceKeepsRunning(_ transportKind: TransportKind)
        async throws
    {
        try await whileServing(makeService(transportKind), client: makeClient(transportKind)) { client in
            func error(_ call: () async throws -> Void) async throws -> MicroError {
                try await #require(throws: MicroError.self) { try await call() }
            }
            let application = try await error { _ = try await hello(client, "") }
            #expect(application.code == .invalidArgument && application.origin == "greeter")

            let unknownService = try await error {
                _ = try await client.call("nobody", "X", Hello(name: ""), returning: Greeting.self)
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

            let crash = try await error { _ = try await hello(client, "crash") }
            #expect(crash.code == .internal && !"\(crash)".contains("hunter2"))

            let unreadable = try await error {
                _ = try await client.call("greeter", "Greeter.Hello", Hello(name: "John"), returning: Int.self)
            }
            #expect(unreadable.code == .internal && unreadable.origin == MicroError.Origin.client)

            #expect(try await hello(client) == "Hello John from 1")
        }
        #expect(log.has("the handler failed", "hunter2"))
    }

    @Test(arguments: TransportKind.allCases, ["hang", "deaf"]) func callFailsAtDeadline(
        _ transportKind: TransportKind, _ name: String
    ) async throws {
        try await whileServing(makeService(transportKind), client: makeClient(transportKind)) { client in
            let started = ContinuousClock.now
            await #expect { _ = try await hello(client, name, CallOptions(timeout: .milliseconds(100))) } throws: {
                ($0 as? MicroError)?.code == .deadlineExceeded
            }
            #expect(ContinuousClock.now - started < .seconds(60))
            let again = try await hello(client)
            #expect(again == "Hello John from 1")
        }
    }

    /// As a caller sees it that does not give up by itself: go-micro's status, and a connection that lives on.
    @Test(arguments: [("hang", 408), ("crash", 500), ("", 400)])
    func serverReportsTimeoutAndKeepsConnection(_ name: String, _ code: Int) async throws {
        try await whileServing(makeService(.http), client: makeClient(.http)) { _ in
            let node = try #require(try await MemoryRegistry(backend: backend).lookUp("greeter").first?.nodes.first)
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
        try await whileServing(makeService(transportKind), client: makeClient(transportKind)) { client in
            let (huge, retries) = (String(repeating: "x", count: 5 * 1024 * 1024), Counter())
            defer { #expect(retries.value == 0, "it does not pass by trying again") }
            await #expect { _ = try await hello(client, huge, CallOptions { _ in retries.add() }) } throws: {
                ($0 as? MicroError)?.code == .payloadTooLarge
            }
            let again = try await hello(client)
            #expect(again == "Hello John from 1")
        }
    }

    @Test(arguments: TransportKind.allCases) func callsAreBalancedAndAvoidDeadNode(_ transportKind: TransportKind)
        async throws
    {
        let retries = Counter()
        let options = CallOptions { _ in retries.add() }
        let registry = MemoryRegistry(backend: backend)
        try await whileServing(
            makeService(transportKind, id: "1"), makeService(transportKind, id: "2"),
            client: makeClient(transportKind) { $0.strategy = .roundRobin }
        ) { client in
            var seen: [String: Int] = [:]
            for _ in 0..<20 { seen[try await hello(client, "x", options), default: 0] += 1 }
            #expect(seen == ["Hello x from 1": 10, "Hello x from 2": 10])
            #expect(retries.value == 0)

            // Registered, but nobody answers there.
            let nobody = transportKind == .memory ? 65535 : 1
            let dead = ServiceRecord(
                name: "greeter", version: "0",
                nodes: [
                    Node(
                        id: "dead", address: "127.0.0.1", port: nobody, metadata: ["transport": transportKind.rawValue])
                ])
            try await registry.register(dead, timeToLive: nil)
            for _ in 0..<40 { _ = try await hello(client, "x", options) }
            // It is set aside, and tried now and then.
            #expect((1...10).contains(retries.value), "\(retries.value)")
            try await registry.deregister(dead)
        }
    }

    @Test func onlyDeadNodeFailsAfterRetries() async throws {
        let (registry, retries) = (MemoryRegistry(backend: backend), Counter())
        try await registry.register(
            ServiceRecord(
                name: "greeter",
                nodes: [Node(id: "dead", address: "127.0.0.1", port: 1, metadata: ["transport": "memory"])]),
            timeToLive: nil)
        let client = try makeClient(.memory)
        await #expect {
            _ = try await hello(client, "x", CallOptions(timeout: .seconds(60), retries: 3) { _ in retries.add() })
        } throws: {
            ($0 as? MicroError)?.code == .unavailable
        }
        #expect(retries.value == 3)
        await client.close()
    }

    @Test func possiblyExecutedCallIsRetriedOnlyIfIdempotent() async throws {
        let runs = Counter()
        let service = try makeService(.memory)
        service.handle("Greeter.Lossy") { (request: Hello, context) -> Greeting in
            runs.add()
            throw MicroError(.unavailable, "passed on from elsewhere", origin: MicroError.Origin.server)
        }
        try await whileServing(service, client: makeClient(.memory) { $0.retries = 1 }) { client in
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

    /// T46, T47. What a drain does with new calls (T48) is T63 of the transports.
    @Test(arguments: TransportKind.allCases) func gracefulShutdownDeregistersThenFinishesCalls(
        _ transportKind: TransportKind
    ) async throws {
        let (inside, gate) = (Counter(), AsyncStream.makeStream(of: Void.self))
        let service = try makeService(transportKind) { $0.deregistrationGracePeriod = .milliseconds(300) }
        service.handle("Greeter.Slow") { (request: Hello, context) in
            inside.add()
            for await _ in gate.stream {}
            return Greeting(greeting: "done")
        }
        let (client, registry) = (try makeClient(transportKind), MemoryRegistry(backend: backend))
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service)], logger: Logger(label: "x") { _ in SwiftLogNoOpLogHandler() }))
        async let run: Void = group.run()
        #expect(try await eventually { try await !registry.lookUp("greeter").isEmpty })
        async let slow = client.call("greeter", "Greeter.Slow", Hello(name: ""), returning: Greeting.self)
        #expect(await eventually { inside.value == 1 })

        let address = Address(try #require(try await registry.lookUp("greeter").first?.nodes.first))
        await group.triggerGracefulShutdown()
        #expect(try await eventually { try await registry.lookUp("greeter").isEmpty })
        // Callers that have not noticed yet are still served.
        let late = try await transportKind.make(backend).call(
            TransportRequest(
                service: "greeter", endpoint: "Greeter.Hello", contentType: "application/json",
                body: .init(string: #"{"name":"late"}"#), deadline: .now + .seconds(10)), to: address)
        #expect(String(buffer: late.body) == "{\"greeting\":\"Hello late from 1\"}\n")
        gate.continuation.finish()
        #expect(try await slow.greeting == "done")
        try await run
        await client.close()
    }

    /// T49.
    @Test func hangingHandlerDoesNotBlockShutdown() async throws {
        let service = try makeService(.http) { $0.drainTimeout = .milliseconds(100) }
        let client = try makeClient(.http)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service)], logger: Logger(label: "x") { _ in SwiftLogNoOpLogHandler() }))
        async let run: Void = group.run()
        let registry = MemoryRegistry(backend: backend)
        #expect(try await eventually { try await !registry.lookUp("greeter").isEmpty })
        let call = Task { try await hello(client, "hang", CallOptions(timeout: .seconds(60))) }
        #expect(await eventually { log.has("serving") })
        await group.triggerGracefulShutdown()
        try await run
        await #expect(throws: MicroError.self) { try await call.value }
        await client.close()
    }

    @Test(arguments: TransportKind.allCases) func closingTransportStopsAndDeregistersService(
        _ transportKind: TransportKind
    ) async throws {
        let (transport, registry) = (transportKind.make(backend), MemoryRegistry(backend: backend))
        let service = try Microservice(
            Microservice.Configuration(name: "greeter"), registry: registry, transport: transport, logger: log.logger)
        let running = Task { try await service.run() }
        #expect(try await eventually { try await !registry.lookUp("greeter").isEmpty })
        await transport.close()
        await #expect { try await running.value } throws: { ($0 as? MicroError)?.code == .closed }
        #expect(try await registry.lookUp("greeter").isEmpty)
    }

    /// The cancellation of something else, in a service that goes on, is an error like any other.
    @Test func unrelatedCancellationIsInternalError() async throws {
        let service = try makeService(.http)
        service.handle("Greeter.Inner") { (request: Hello, context) in
            let inner = Task { try await Task.sleep(for: .seconds(60)) }
            inner.cancel()
            try await inner.value
            return Greeting(greeting: "")
        }
        try await whileServing(service, client: makeClient(.http)) { client in
            let error = try await #require(throws: MicroError.self) {
                try await client.call("greeter", "Greeter.Inner", Hello(name: ""), returning: Greeting.self)
            }
            #expect(error.code == .internal)
        }
        #expect(log.has("the handler failed", "CancellationError"))
    }

    @Test func invalidEndpointFailsAtStart() async throws {
        struct Unreadable: Sendable {}
        let unreadable = try makeService(.memory)
        unreadable.handle("E") { (request: Unreadable, context) in Greeting(greeting: "") }
        await #expect { try await unreadable.run() } throws: { "\($0)".contains("make them Codable") }
        let twice = try makeService(.memory)
        twice.handle("Greeter.Hello") { (request: Hello, context) in Greeting(greeting: "") }
        await #expect { try await twice.run() } throws: { "\($0)".contains("two handlers of Greeter.Hello") }
    }

    @Test func usedPortFailsAtStart() async throws {
        try await whileServing(makeService(.http), client: makeClient(.http)) { _ in
            let node = try #require(try await MemoryRegistry(backend: backend).lookUp("greeter").first?.nodes.first)
            let second = try makeService(.http, id: "2") { $0.address = Address(node) }
            await #expect { try await second.run() } throws: {
                ($0 as? MicroError)?.code == .unavailable && "\($0)".contains("\(Address(node))")
            }
        }
    }

    @Test func failedRegistrationFailsAtStartTimeout() async throws {
        let registry = MemoryRegistry(backend: backend)
        await registry.close()
        var settings = Microservice.Configuration(name: "greeter")
        settings.startTimeout = .milliseconds(200)
        let service = try Microservice(settings, registry: registry, transport: HTTPTransport(), logger: log.logger)
        await #expect { try await service.run() } throws: { ($0 as? MicroError)?.code == .closed }
    }

    @Test func callerNameIsSentInHeader() async throws {
        let service = try makeService(.http)
        service.handle("Greeter.Who") { (request: Hello, context) in
            Greeting(greeting: "\(context.headers["Micro-From-Service"] ?? "?") \(context.headers["Trace"] ?? "?")")
        }
        try await whileServing(service, client: makeClient(.http)) { _ in
            let greeting = try await service.client.call(
                "greeter", "Greeter.Who", Hello(name: ""), options: CallOptions(headers: ["Trace": "1"]),
                returning: Greeting.self)
            #expect(greeting.greeting == "greeter 1")
        }
    }
}
