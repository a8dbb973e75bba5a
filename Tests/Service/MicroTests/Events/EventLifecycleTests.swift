// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroMemory
import ServiceLifecycle
import TestServers
import TestSupport
import Testing

/// The start and the shutdown of a service with event handlers.
@Suite(.timeLimit(.minutes(1))) struct EventLifecycleTests {
    @Test(arguments: BrokerKind.allCases) func gracefulShutdownFinishesReceivedEvents(_ brokerKind: BrokerKind)
        async throws
    {
        let (fixture, handled, gate) = (
            try ServiceFixture(broker: brokerKind), Counter(), AsyncStream.makeStream(of: Void.self)
        )
        let service = try fixture.makeService("mailer")
        service.subscribe("t", queue: "q") { (event: UserCreated, context) in
            for await _ in gate.stream {}
            handled.add()
        }
        var opener: Task<Void, any Error>?
        try await fixture.whileServing([service], gracefully: true) {
            for _ in 0..<5 { try await service.publish(UserCreated(name: ""), to: "t") }
            // The handlers continue after the service has left the registry.
            opener = Task {
                _ = try await eventually { try await fixture.registry.lookUp("mailer").isEmpty }
                gate.continuation.finish()
            }
        }
        try await opener?.value
        // A broker that delivers at least once keeps the events that are not acknowledged.
        #expect(brokerKind == .atLeastOnce ? (1...5).contains(handled.value) : handled.value == 5)
    }

    @Test func hangingEventHandlerDoesNotBlockShutdownOrCancellation() async throws {
        for isGraceful in [true, false] {
            let (fixture, started, cancelled) = (try ServiceFixture(broker: .atLeastOnce), Counter(), Counter())
            let service = try fixture.makeService("mailer") { $0.drainTimeout = .milliseconds(100) }
            service.subscribe("t", queue: "q") { (event: UserCreated, context) in
                started.add()
                do { try await Task.sleep(for: .seconds(600)) } catch { cancelled.add() }
            }
            let group = makeServiceGroup([service])
            let running = Task { try await group.run() }
            #expect(try await eventually { try await !fixture.registry.lookUp("mailer").isEmpty })
            for _ in 0..<3 { try await service.publish(UserCreated(name: ""), to: "t") }
            #expect(await eventually { started.value == 1 })
            if isGraceful { await group.triggerGracefulShutdown() } else { running.cancel() }
            _ = await running.result
            #expect(cancelled.value == 1 && started.value == 1)
            #expect(try await fixture.registry.lookUp("mailer").isEmpty)
        }
    }

    @Test func closingBrokerStopsAndDeregistersService() async throws {
        let fixture = try ServiceFixture(broker: .atMostOnce)
        let service = try fixture.makeService("mailer")
        service.subscribe("t") { (event: UserCreated, context) in }
        let running = Task { try await service.run() }
        #expect(try await eventually { try await !fixture.registry.lookUp("mailer").isEmpty })
        await fixture.broker?.close()
        await #expect { try await running.value } throws: { ($0 as? MicroError)?.code == .closed }
        #expect(try await fixture.registry.lookUp("mailer").isEmpty)
    }

    @Test func invalidSubscriptionsFailAtStart() async throws {
        struct Unreadable: Sendable {}
        let fixture = try ServiceFixture(broker: .http)
        func problem(_ prepare: (Microservice) -> Void) async throws -> MicroError? {
            let service = try fixture.makeService("mailer")
            prepare(service)
            do { try await service.run() } catch { return error as? MicroError }
            return nil
        }
        let unreadable = try await problem { $0.subscribe("t") { (event: Unreadable, context) in } }
        #expect(unreadable?.message.contains("make it Codable") == true)
        let none = try await problem { $0.subscribe("t", concurrency: 0) { (event: UserCreated, context) in } }
        #expect(none?.code == .invalidArgument)
        let topic = try await problem { $0.subscribe("a b") { (event: UserCreated, context) in } }
        #expect(topic?.code == .invalidTopic)
        let wildcard = try await problem {
            $0.subscribe("a") { (event: UserCreated, context) in }
            $0.subscribe("a.*") { (event: UserCreated, context) in }
        }
        #expect(wildcard?.code == .unsupported)
        // The first subscription has ended, too.
        #expect(try await eventually { try await fixture.registry.list().isEmpty })
        let client = try Client(registry: fixture.registry, broker: fixture.broker)
        await #expect { try await client.publish(Unreadable(), to: "t") } throws: {
            ($0 as? MicroError)?.code == .unsupported
        }
        await client.close()
        await fixture.broker?.close()
    }
}
