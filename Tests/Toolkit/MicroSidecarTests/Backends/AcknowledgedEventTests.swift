// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroNATS
import MicroRabbitMQ
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroSidecar

/// Events of brokers that deliver at least once, delivered to an app by POST.
protocol AcknowledgedEventTesting {
    /// Creates a client of the broker.
    func makeBroker() throws -> any Broker
}

extension AcknowledgedEventTesting {
    private func app(_ port: Int, _ subscription: AppSubscription) -> SidecarApp {
        var app = SidecarApp(name: "shop", address: Address(host: "127.0.0.1", port: port))
        app.healthCheck.target = .http("http://127.0.0.1:\(port)/health")
        app.healthCheck.interval = .milliseconds(20)
        app.healthCheck.timeout = .seconds(5)
        app.subscriptions = [subscription]
        return app
    }

    /// Runs a sidecar with a client of the broker of its own.
    private func withSidecar(
        _ app: SidecarApp, _ body: (SidecarFixture, any Broker) async throws -> Void
    ) async throws {
        try await closing(try makeBroker()) { broker in
            let fixture = SidecarFixture(broker: broker)
            try await fixture.run {
                $0.apps = [app]
            } _: { (_) async throws in
                #expect(await eventually { fixture.logs.has("subscribed") })
                try await body(fixture, broker)
            }
        }
    }

    private func publish(_ texts: [String], to topic: String, _ broker: any Broker) async throws {
        for text in texts {
            try await broker.publish(BrokerMessage(headers: ["Content-Type": "text/plain"], text: text), to: topic)
        }
    }

    /// An event is redelivered until the app responds with 2xx. An event that the app rejects goes to the dead-letter
    /// topic.
    func checkAcknowledgements() async throws {
        let attempts = Mutex<[String: [String]]>([:])
        let server = try TestApp { request in
            guard request.method == "POST" else { return ScriptedResponse(text: "") }
            let body = String(decoding: request.body, as: UTF8.self)
            let count = attempts.withLock { attempts in
                attempts[body, default: []].append(request["Micro-Attempt"] ?? "")
                return attempts[body]?.count ?? 0
            }
            if body == "flaky", count < 3 { return ScriptedResponse(status: 503, text: "") }
            if body == "bad" { return ScriptedResponse(status: 422, text: "") }
            return ScriptedResponse(status: 204, text: "")
        }
        let topic = "jobs.\(UUID().uuidString)"
        let subscription = AppSubscription(topic: topic, path: "/jobs", deadLetterTopic: "\(topic).dead")
        try await withSidecar(app(server.port, subscription)) { fixture, broker in
            let dead = try await broker.subscribe(to: "\(topic).dead", queue: "dead", options: .init())
            try await publish(["flaky", "bad", "good"], to: topic, broker)
            #expect(await eventually { attempts.withLock { $0["flaky"]?.count == 3 && $0["good"] != nil } })
            var deadLetters = dead.makeAsyncIterator()
            let deadLetter = try #require(await deadLetters.next())
            #expect(String(buffer: deadLetter.message.body) == "bad")
            deadLetter.acknowledge()
            // After 2xx, nothing is delivered again.
            #expect(
                await always(during: .milliseconds(700)) {
                    attempts.withLock { $0 == ["flaky": ["1", "2", "3"], "bad": ["1"], "good": ["1"]] }
                }, "\(attempts.withLock(\.self))")
            await dead.cancel()
        }
    }

    /// The app closes connections without a response until it is unhealthy, several times.
    func checkConnectionsDroppedByTheApp() async throws {
        let handled = Mutex<[String]>([])
        let isUnavailable = Mutex(false)
        let server = try TestApp { request in
            if isUnavailable.withLock(\.self) { throw AppUnavailable() }
            if request.method == "POST" {
                handled.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
            }
            return ScriptedResponse(text: "")
        }
        let topic = "jobs.\(UUID().uuidString)"
        let texts = (0..<60).map { "\($0)" }
        try await withSidecar(app(server.port, AppSubscription(topic: topic, path: "/jobs"))) { fixture, broker in
            for round in 0..<3 {
                try await publish(Array(texts[(20 * round)..<(20 * round + 10)]), to: topic, broker)
                isUnavailable.withLock { $0 = true }
                try await publish(Array(texts[(20 * round + 10)..<(20 * round + 20)]), to: topic, broker)
                #expect(
                    await eventually { fixture.logs.text.count { $0.contains("app became unhealthy") } == round + 1 })
                isUnavailable.withLock { $0 = false }
                #expect(await eventually { fixture.logs.text.count { $0.contains("app became healthy") } == round + 2 })
            }
            #expect(
                await eventually(within: .seconds(90)) { Set(handled.withLock(\.self)) == Set(texts) },
                "\(Set(texts).subtracting(handled.withLock(\.self)))")
            #expect(!fixture.logs.has("event dropped"))
        }
    }

    /// The sidecar ends while the app handles an event, and a new one is started after more events were published.
    func checkRestartOfTheSidecar() async throws {
        let handled = Mutex<[String]>([])
        let isSlow = Mutex(true)
        let started = Counter()
        let server = try TestApp { request in
            guard request.method == "POST" else { return ScriptedResponse(text: "") }
            started.add()
            while isSlow.withLock(\.self) { Thread.sleep(forTimeInterval: 0.01) }
            handled.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
            return ScriptedResponse(text: "")
        }
        defer { isSlow.withLock { $0 = false } }
        let topic = "jobs.\(UUID().uuidString)"
        let texts = (0..<40).map { "\($0)" }
        let app = app(server.port, AppSubscription(topic: topic, path: "/jobs"))
        try await withSidecar(app) { _, broker in
            try await publish(Array(texts.prefix(20)), to: topic, broker)
            #expect(await eventually { started.value > 0 })
        }
        server.set { request in
            if request.method == "POST" {
                handled.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
            }
            return ScriptedResponse(text: "")
        }
        try await closing(try makeBroker()) { publisher in
            try await publish(Array(texts.suffix(20)), to: topic, publisher)
        }
        try await withSidecar(app) { _, _ in
            #expect(
                await eventually(within: .seconds(90)) { Set(handled.withLock(\.self)) == Set(texts) },
                "\(Set(texts).subtracting(handled.withLock(\.self)))")
        }
    }
}

private struct AppUnavailable: Error {}

@Suite(.requiresLocalNATS, .nats, .blocking, .serialized, .timeLimit(.minutes(3)))
struct JetStreamEventTests: AcknowledgedEventTesting {
    func makeBroker() throws -> any Broker {
        var configuration = NATSConfiguration()
        configuration.address = try #require(NATSServer.current).address
        configuration.delivery = .atLeastOnce(stream: "sidecar")
        return try NATSBroker(configuration: configuration)
    }

    @Test func eventIsAcknowledgedAfter2xxOnly() async throws { try await checkAcknowledgements() }

    @Test func noEventIsLostWhileTheAppDropsConnections() async throws { try await checkConnectionsDroppedByTheApp() }

    @Test func noEventIsLostWhenTheSidecarRestarts() async throws { try await checkRestartOfTheSidecar() }
}

@Suite(.requiresLocalRabbitMQ, .rabbitMQ, .blocking, .serialized, .timeLimit(.minutes(3)))
struct RabbitMQEventTests: AcknowledgedEventTesting {
    func makeBroker() throws -> any Broker {
        var configuration = RabbitMQConfiguration()
        configuration.address = try #require(RabbitMQServer.current).url
        configuration.delivery = .atLeastOnce
        return try RabbitMQBroker(configuration: configuration)
    }

    @Test func eventIsAcknowledgedAfter2xxOnly() async throws { try await checkAcknowledgements() }

    @Test func noEventIsLostWhileTheAppDropsConnections() async throws { try await checkConnectionsDroppedByTheApp() }

    @Test func noEventIsLostWhenTheSidecarRestarts() async throws { try await checkRestartOfTheSidecar() }
}
