// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroMemory
import Synchronization
import TestSupport
import Testing

@testable import Micro

/// `Debug.Health` of a service whose subscription currently receives nothing.
@Suite(.timeLimit(.minutes(1))) struct SubscriptionHealthTests {
    private struct Health: Codable, Sendable { var status: String }

    @Test func healthIsDegradedWhileSubscriptionHasProblem() async throws {
        let broker = ProblemBroker()
        let fixture = ServiceFixture(broker: broker)
        let service = try fixture.makeService("mailer")
        service.subscribe("first") { (event: UserCreated, context) in }
        service.subscribe("second") { (event: UserCreated, context) in }
        try await fixture.whileServing(service) { client in
            func expect(_ status: String) async throws {
                let health: Health = try await client.call("mailer", "Debug.Health", Empty())
                #expect(health.status == status)
            }
            try await expect("ok")
            broker.report(MicroError(.permissionDenied, "may not subscribe"), on: "second")
            try await expect("degraded")
            broker.report(nil, on: "second")
            try await expect("ok")
        }
    }
}

/// The end of one of several subscriptions of a service.
@Suite(.timeLimit(.minutes(1))) struct SubscriptionEndTests {
    @Test func serviceEnds() async throws {
        let broker = ProblemBroker()
        let fixture = ServiceFixture(broker: broker)
        let service = try fixture.makeService("mailer")
        for topic in ["first", "second"] { service.subscribe(topic) { (event: UserCreated, context) in } }
        let running = Task { try await service.run() }
        #expect(try await eventually { try await !fixture.registry.lookUp("mailer").isEmpty })
        broker.end("second")
        await #expect { try await running.value } throws: { "\($0)".contains("the subscription to second") }
        #expect(try await fixture.registry.lookUp("mailer").isEmpty)
    }
}

/// The readiness of a service whose transport currently receives no calls.
@Suite(.timeLimit(.minutes(1))) struct ListenerHealthTests {
    private struct UnreachableListener: TransportListener {
        let address = Address(host: "127.0.0.1", port: 1)
        var problem: MicroError? { MicroError(.permissionDenied, "may not subscribe") }

        func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws {}
        func drain(deadline: ContinuousClock.Instant) async {}
    }

    @Test(
        arguments: [
            (Set(ReadinessCondition.allCases), false), (Set([.registration, .broker]), true), (Set(), true),
        ] as [(Set<ReadinessCondition>, Bool)])
    func listenerProblemPreventsReadinessByDefault(
        _ conditions: Set<ReadinessCondition>, _ isReady: Bool
    ) async throws {
        let health = ServiceHealth(
            service: "svc", conditions: conditions, registration: { .registered }, subscriptionProblem: { nil })
        health.observe(UnreachableListener())
        let isHealthy = await health.status == .ok
        #expect(isHealthy == isReady)
        var error: MicroError?
        do { try await health.checkReadiness() } catch let caught as MicroError { error = caught }
        #expect((error == nil) == isReady)
        #expect(isReady || error?.message.contains("may not subscribe") == true)
    }
}

/// A broker whose subscriptions have problems on demand.
private final class ProblemBroker: Broker {
    private let sources = Mutex<[String: Subscription.Source]>([:])

    let name = "problem"
    let capabilities = BrokerCapabilities(delivery: .atMostOnce, features: [], maxBodySize: 1024)
    let description = "a test broker"

    func report(_ problem: MicroError?, on topic: String) { sources.withLock { $0[topic] }?.report(problem) }

    func end(_ topic: String) { sources.withLock { $0.removeValue(forKey: topic) }?.finish() }

    func publish(_ message: BrokerMessage, to topic: String) async throws {}

    func subscribe(to topic: String, queue: String?, options: SubscribeOptions) async throws -> Subscription {
        let (subscription, source) = Subscription.makeStream(options: options)
        sources.withLock { $0[topic] = source }
        return subscription
    }

    func request(
        _ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant
    ) async throws -> BrokerMessage { throw MicroError(.unsupported, "no requests") }

    func close(deadline: ContinuousClock.Instant) async {
        let open = sources.withLock { sources in
            defer { sources = [:] }
            return Array(sources.values)
        }
        for source in open { source.finish() }
    }
}
