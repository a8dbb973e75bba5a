// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroHTTP
import MicroMemory
import NIOCore
import ServiceLifecycle
import TestServers
import TestSupport
import Testing

/// The start and the shutdown of a service.
@Suite(.timeLimit(.minutes(1))) struct ServiceLifecycleTests {
    /// T46, T47. T63 of the transport contract covers new calls during a drain (T48).
    @Test(arguments: TransportKind.allCases) func gracefulShutdownDeregistersThenFinishesCalls(
        _ transportKind: TransportKind
    ) async throws {
        let fixture = ServiceFixture(transportKind)
        let (started, gate) = (Counter(), AsyncStream.makeStream(of: Void.self))
        let service = try fixture.makeGreeter { $0.deregistrationGracePeriod = .milliseconds(300) }
        service.handle("Greeter.Slow") { (request: Hello, context) in
            started.add()
            for await _ in gate.stream {}
            return Greeting(greeting: "done")
        }
        let (client, registry) = (try fixture.makeClient(), fixture.registry)
        let group = makeServiceGroup([service])
        async let run: Void = group.run()
        #expect(try await eventually { try await !registry.lookUp("greeter").isEmpty })
        async let slow = client.call("greeter", "Greeter.Slow", Hello(name: ""), returning: Greeting.self)
        #expect(await eventually { started.value == 1 })

        let address = Address(try #require(try await registry.lookUp("greeter").first?.nodes.first))
        await group.triggerGracefulShutdown()
        #expect(try await eventually { try await registry.lookUp("greeter").isEmpty })
        // Callers that have not noticed the deregistration are still served.
        let response = try await fixture.makeTransport().call(
            TransportRequest(
                service: "greeter", endpoint: "Greeter.Hello", contentType: "application/json",
                body: .init(string: #"{"name":"last"}"#), deadline: .now + .seconds(10)), to: address)
        #expect(String(buffer: response.body) == "{\"greeting\":\"Hello last from 1\"}\n")
        gate.continuation.finish()
        #expect(try await slow.greeting == "done")
        try await run
        await client.close()
    }

    /// T49.
    @Test func hangingHandlerDoesNotBlockShutdown() async throws {
        let fixture = ServiceFixture(.http)
        let service = try fixture.makeGreeter { $0.drainTimeout = .milliseconds(100) }
        let client = try fixture.makeClient()
        let group = makeServiceGroup([service])
        async let run: Void = group.run()
        let registry = fixture.registry
        #expect(try await eventually { try await !registry.lookUp("greeter").isEmpty })
        let call = Task { try await client.hello("hang", CallOptions(timeout: .seconds(60))) }
        #expect(await eventually { fixture.log.has("service registered") })
        await group.triggerGracefulShutdown()
        try await run
        await #expect(throws: MicroError.self) { try await call.value }
        await client.close()
    }

    @Test(arguments: TransportKind.allCases) func closingTransportStopsAndDeregistersService(
        _ transportKind: TransportKind
    ) async throws {
        let fixture = ServiceFixture(transportKind)
        let (transport, registry) = (fixture.makeTransport(), fixture.registry)
        let service = try Microservice(
            Microservice.Configuration(name: "greeter"), registry: registry, transport: transport,
            logger: fixture.log.logger)
        let running = Task { try await service.run() }
        #expect(try await eventually { try await !registry.lookUp("greeter").isEmpty })
        await transport.close()
        await #expect { try await running.value } throws: { ($0 as? MicroError)?.code == .closed }
        #expect(try await registry.lookUp("greeter").isEmpty)
    }

    @Test func invalidEndpointFailsAtStart() async throws {
        let fixture = ServiceFixture()
        struct Unreadable: Sendable {}
        let unreadable = try fixture.makeGreeter()
        unreadable.handle("E") { (request: Unreadable, context) in Greeting(greeting: "") }
        await #expect { try await unreadable.run() } throws: { "\($0)".contains("make them Codable") }
        let twice = try fixture.makeGreeter()
        twice.handle("Greeter.Hello") { (request: Hello, context) in Greeting(greeting: "") }
        await #expect { try await twice.run() } throws: { "\($0)".contains("two handlers of Greeter.Hello") }
    }

    @Test func usedPortFailsAtStart() async throws {
        let fixture = ServiceFixture(.http)
        try await fixture.whileServing(fixture.makeGreeter()) { _ in
            let node = try #require(try await fixture.registry.lookUp("greeter").first?.nodes.first)
            let second = try fixture.makeGreeter(id: "2") { $0.address = Address(node) }
            await #expect { try await second.run() } throws: {
                ($0 as? MicroError)?.code == .unavailable && "\($0)".contains("\(Address(node))")
            }
        }
    }

    @Test func failedRegistrationFailsAtStartTimeout() async throws {
        let registry = MemoryRegistry(backend: MemoryBackend())
        await registry.close()
        var configuration = Microservice.Configuration(name: "greeter")
        configuration.startTimeout = .milliseconds(200)
        let service = try Microservice(
            configuration, registry: registry, transport: HTTPTransport(), logger: LogRecorder().logger)
        await #expect { try await service.run() } throws: { ($0 as? MicroError)?.code == .closed }
    }
}
