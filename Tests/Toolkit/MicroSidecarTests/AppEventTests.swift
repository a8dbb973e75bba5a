// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroEdge
import MicroMemory
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroSidecar

/// Events that are delivered to an app by POST.
@Suite(.blocking, .timeLimit(.minutes(1))) struct AppEventTests {
    private let fixture = SidecarFixture()

    private func app(_ port: Int, _ subscriptions: [AppSubscription] = []) -> SidecarApp {
        var app = SidecarApp(name: "shop", address: Address(host: "127.0.0.1", port: port))
        app.healthCheck.target = .http("http://127.0.0.1:\(port)/health")
        app.healthCheck.interval = .milliseconds(20)
        app.healthCheck.timeout = .seconds(2)
        app.subscriptions = subscriptions
        return app
    }

    private func isSubscribed(_ sidecar: SidecarClient, _ topic: String) throws -> Bool {
        let json = try sidecar.send("GET /metadata").json as? [String: Any]
        let app = (json?["apps"] as? [[String: Any]])?.first
        return (app?["subscriptions"] as? [String])?.contains(topic) == true && fixture.logs.has("subscribed", topic)
    }

    private func publish(_ texts: String..., to topic: String) async throws {
        for text in texts {
            try await fixture.broker.publish(
                BrokerMessage(headers: ["Content-Type": "application/json", "X-Tenant": "a"], text: text), to: topic)
        }
    }

    @Test func eventIsPostedWithItsHeaders() async throws {
        let headers = Mutex<[String: String]>([:])
        let server = try TestApp { request in
            if request.method == "POST" {
                headers.withLock { headers in
                    for name in ["Content-Type", "X-Tenant", "Micro-Topic", "Micro-Attempt"] {
                        headers[name] = request[name]
                    }
                }
            }
            return ScriptedResponse(text: "")
        }
        try await fixture.run {
            $0.apps = [app(server.port, [AppSubscription(topic: "user.created")])]
        } _: { (sidecar) async throws in
            #expect(try await eventually { try isSubscribed(sidecar, "user.created") })
            try await publish(#"{"n":1}"#, to: "user.created")
            #expect(await eventually { server.requests == [#"POST /events/user.created {"n":1}"#] })
            #expect(
                headers.withLock(\.self) == [
                    "Content-Type": "application/json", "X-Tenant": "a", "Micro-Topic": "user.created",
                    "Micro-Attempt": "1",
                ])
        }
    }

    @Test func failureIsDeliveredAgainAndRefusalIsNot() async throws {
        let failures = Counter()
        let server = try TestApp { request in
            let body = String(decoding: request.body, as: UTF8.self)
            if body == "flaky", failures.add() <= 2 { return ScriptedResponse(status: 503, text: "") }
            if body == "bad" { return ScriptedResponse(status: 400, text: "") }
            if body == "drop" { return ScriptedResponse(text: #"{"status":"DROP"}"#) }
            return ScriptedResponse(text: "")
        }
        let dead = try await fixture.broker.subscribe(to: "dead", queue: nil, options: .init())
        try await fixture.run {
            $0.apps = [app(server.port, [AppSubscription(topic: "jobs", path: "/jobs", deadLetterTopic: "dead")])]
        } _: { (sidecar) async throws in
            #expect(try await eventually { try isSubscribed(sidecar, "jobs") })
            try await publish("flaky", "bad", "drop", "good", to: "jobs")
            #expect(await eventually { server.requests.last == "POST /jobs good" })
            #expect(
                server.requests == [
                    "POST /jobs flaky", "POST /jobs flaky", "POST /jobs flaky", "POST /jobs bad", "POST /jobs drop",
                    "POST /jobs good",
                ])
        }
        var deadLetters = dead.makeAsyncIterator()
        for (body, reason) in [("bad", "status 400"), ("drop", "drop")] {
            let message = try #require(await deadLetters.next()).message
            #expect(String(buffer: message.body) == body && message.headers["Dead-Letter-Topic"] == "jobs")
            #expect(message.headers["Dead-Letter-Reason"]?.contains(reason) == true, "\(message.headers)")
        }
    }

    @Test func deadLetterThatTheBrokerRefusesIsReported() async throws {
        var configuration = MemoryBroker.Configuration()
        // Enough for the event, but not for the headers of its dead letter.
        configuration.maxBodySize = 64
        let fixture = SidecarFixture(broker: MemoryBroker(backend: MemoryBackend(), configuration: configuration))
        let server = try TestApp { ScriptedResponse(status: $0.method == "POST" ? 400 : 200, text: "") }
        try await fixture.run {
            $0.apps = [app(server.port, [AppSubscription(topic: "jobs", path: "/jobs", deadLetterTopic: "dead")])]
        } _: { (_) async throws in
            #expect(await eventually { fixture.logs.has("subscribed", "jobs") })
            try await fixture.broker.publish(BrokerMessage(text: "bad"), to: "jobs")
            #expect(await eventually { fixture.logs.has("error dead letter not published", "payloadTooLarge") })
            #expect(!fixture.logs.has("event moved to the dead-letter topic"))
        }
    }

    @Test func attemptsAreLimited() async throws {
        let server = try TestApp {
            ScriptedResponse(status: $0.body == Array("bad".utf8) ? 500 : 200, text: "")
        }
        try await fixture.run {
            $0.apps = [app(server.port, [AppSubscription(topic: "jobs", path: "/jobs", maxAttempts: 2)])]
        } _: { (sidecar) async throws in
            #expect(try await eventually { try isSubscribed(sidecar, "jobs") })
            try await publish("bad", "good", to: "jobs")
            #expect(await eventually { server.requests.last == "POST /jobs good" })
            #expect(server.requests == ["POST /jobs bad", "POST /jobs bad", "POST /jobs good"])
        }
    }

    @Test func noEventIsLostWhileTheAppIsUnavailable() async throws {
        let server = try TestApp { _ in ScriptedResponse(text: "") }
        try await fixture.run {
            $0.apps = [app(server.port, [AppSubscription(topic: "jobs", path: "/jobs", maxAttempts: 1)])]
        } _: { (sidecar) async throws in
            #expect(try await eventually { try isSubscribed(sidecar, "jobs") })
            // The app closes every connection without a response, as one that restarts does.
            server.set { _ in throw AppUnavailable() }
            #expect(await eventually { fixture.logs.has("app became unhealthy") })
            for number in 0..<100 { try await publish("\(number)", to: "jobs") }
            let before = server.requests.count
            server.set { _ in ScriptedResponse(text: "") }
            #expect(await eventually { server.requests.count >= before + 100 })
            #expect(server.requests.suffix(100) == (0..<100).map { "POST /jobs \($0)" }[...])
        }
    }

    private struct AppUnavailable: Error {}

    @Test func appDeclaresSubscriptions() async throws {
        let server = try TestApp { request in
            request.target == "/subscriptions"
                ? ScriptedResponse(text: #"[{"topic":"a.b","path":"/in","queue":""},{"topic":"c"}]"#)
                : ScriptedResponse(text: "")
        }
        var app = app(server.port)
        app.subscriptionsPath = "/subscriptions"
        try await fixture.run {
            $0.apps = [app]
        } _: { (sidecar) async throws in
            #expect(try await eventually { try isSubscribed(sidecar, "a.b") && isSubscribed(sidecar, "c") })
            try await publish("1", to: "a.b")
            try await publish("2", to: "c")
            #expect(await eventually { server.requests.contains("POST /in 1") })
            #expect(await eventually { server.requests.contains("POST /events/c 2") })
        }
    }

    @Test func newDeclarationReplacesTheOldOne() async throws {
        let declaration = Mutex(#"[{"topic":"a","path":"/old","queue":""}]"#)
        let isHealthy = Atomic(true)
        let server = try TestApp { request in
            switch request.target {
            case "/subscriptions": ScriptedResponse(text: declaration.withLock(\.self))
            case "/health": ScriptedResponse(status: isHealthy.load(ordering: .relaxed) ? 200 : 503, text: "")
            default: ScriptedResponse(text: "")
            }
        }
        var app = app(server.port)
        app.subscriptionsPath = "/subscriptions"
        try await fixture.run {
            $0.apps = [app]
        } _: { (sidecar) async throws in
            #expect(try await eventually { try isSubscribed(sidecar, "a") })
            declaration.withLock { $0 = #"[{"topic":"a","path":"/new","queue":""},{"topic":"b"}]"# }
            isHealthy.store(false, ordering: .relaxed)
            #expect(await eventually { fixture.logs.has("app became unhealthy") })
            isHealthy.store(true, ordering: .relaxed)
            #expect(try await eventually { try isSubscribed(sidecar, "b") })
            #expect(await eventually { fixture.logs.has("subscribed", "/new") })
            try await publish("1", to: "a")
            #expect(await eventually { server.requests.contains("POST /new 1") })
            try await publish("2", to: "b")
            #expect(await eventually { server.requests.contains("POST /events/b 2") })
            #expect(!server.requests.contains { $0.hasPrefix("POST /old") })
        }
    }

    @Test func declarationIsReadAgainAfterAnError() async throws {
        let reads = Counter()
        let server = try TestApp { request in
            guard request.target == "/subscriptions" else { return ScriptedResponse(text: "") }
            return reads.add() == 1
                ? ScriptedResponse(status: 503, text: "")
                : ScriptedResponse(text: #"[{"topic":"a"},{"topic":""},{"topic":1},{"topic":"b"}]"#)
        }
        var app = app(server.port)
        app.subscriptionsPath = "/subscriptions"
        try await fixture.run {
            $0.apps = [app]
        } _: { (sidecar) async throws in
            #expect(try await eventually { try isSubscribed(sidecar, "a") && isSubscribed(sidecar, "b") })
            #expect(fixture.logs.has("reading the app's subscriptions failed, retrying"))
            #expect(fixture.logs.text.count { $0.contains("declared subscription skipped") } == 2)
        }
    }

    @Test func outcomeFollowsStatus() {
        func outcome(_ status: Int, _ body: String = "") -> EventOutcome {
            EventOutcome(status: status, body: ByteBuffer(string: body))
        }
        #expect(outcome(200) == .handled && outcome(204) == .handled && outcome(200, "{}") == .handled)
        for status in [408, 425, 429, 500, 503] {
            guard case .failed = outcome(status) else {
                Issue.record("\(status)")
                continue
            }
        }
        for status in [301, 400, 404, 422] {
            guard case .refused = outcome(status) else {
                Issue.record("\(status)")
                continue
            }
        }
        guard case .failed = outcome(200, #"{"status":"RETRY"}"#) else {
            Issue.record("RETRY")
            return
        }
    }
}
