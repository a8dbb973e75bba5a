// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import MicroCore
import MicroEdge
import MicroMemory
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import MicroGateway

/// The identity of an authenticated client, as every handler passes it on, and as no client can forge it.
@Suite(.blocking, .timeLimit(.minutes(1))) struct IdentityTests {
    private final class Received: Sendable {
        let lines = Mutex<[String]>([])
    }

    private struct Shown: Codable, Sendable { var headers: [String] }

    private static let key = "X-Api-Key: right-key"
    private static let forged = [
        "X-Micro-Identity: root", "X-Micro-Identity-Scope: admin", "X_Micro_Identity: root", "X-Micro-Identity: root2",
    ]

    private let fixture = GatewayFixture()

    private static func identity(in headers: Headers) -> [String] {
        headers.filter { $0.name.lowercased().replacing("_", with: "-").hasPrefix("x-micro-identity") }
            .map { "\($0.name.lowercased())=\($0.value)" }
    }

    private func run(
        handler: GatewayHandler = .rpc,
        forwarding names: [String] = ["X-Micro-Identity", "X-Micro-Identity-Scope", "*"],
        isRequired: Bool = true, _ body: (Int) async throws -> Void
    ) async throws {
        try await fixture.run(
            {
                $0.handler = handler
                $0.allowsExplicitCalls = true
                $0.forwardedHeaders = names
                if isRequired { $0.edge.authenticators = [APIKeyAuthenticator(keys: ["ada": Secret("right-key")])] }
            }, prepare: { Self.prepare($0) }, headers: [Self.key], body)
    }

    /// Endpoints that return the identity that they receive.
    private static func prepare(_ service: Microservice) {
        service.handle("Show.Identity") { (_: Person, context: RequestContext) in
            Shown(headers: Self.identity(in: context.headers))
        }
        service.handle("Show.Request") { (request: APIRequest, context: RequestContext) in
            let fields = (request.header ?? [:]).values.map { ($0.key, $0.values.joined(separator: ",")) }
            var headers: Headers = [:]
            for (name, value) in fields { headers.add(name, value) }
            let shown = Self.identity(in: headers) + Self.identity(in: context.headers)
            return APIResponse(body: shown.joined(separator: " "))
        }
        service.handleStream("Show.Stream") { (stream: MessageStream<Shown, Person>, context) in
            for try await _ in stream {
                try await stream.send(Shown(headers: Self.identity(in: context.headers)))
                return
            }
        }
    }

    private func send(
        _ port: Int, _ line: String, _ headers: [String] = [], body: String = ""
    ) throws -> RawHTTPResponse? {
        try .exchange(
            GatewayFixture.text(line, [Self.key] + Self.forged + headers, body: body), port: port)
    }

    /// The body without the line break with which codecs may end a message.
    private static func trimmed(_ response: RawHTTPResponse?) -> String? {
        response?.body.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func callsReceiveTheIdentity() async throws {
        let call = #"{"service":"go.micro.api.greeter","endpoint":"Show.Identity","request":{}}"#
        for names in [[], ["*"], ["X-Micro-Identity", "X_Micro_Identity", "X-Micro-Identity-Scope"]] {
            try await run(forwarding: names) { (port) async throws in
                for response in [
                    try send(port, "GET /greeter/show/identity"),
                    try send(port, "POST /greeter/show/identity", body: "{}"),
                    try send(port, "POST /rpc", ["Content-Type: application/json"], body: call),
                ] {
                    #expect(Self.trimmed(response) == #"{"headers":["x-micro-identity=ada"]}"#, "\(names)")
                }
            }
        }
    }

    @Test func clientsWithoutIdentityHaveNone() async throws {
        let call = #"{"service":"go.micro.api.greeter","endpoint":"Show.Identity","request":{}}"#
        try await run(isRequired: false) { (port) async throws in
            for response in [
                try send(port, "GET /greeter/show/identity"), try send(port, "POST /rpc", body: call),
            ] { #expect(Self.trimmed(response) == #"{"headers":[]}"#) }
        }
    }

    @Test func apiMessageHasTheIdentity() async throws {
        try await run(handler: .api) { (port) async throws in
            #expect(
                try send(port, "GET /greeter/show/request")?.body
                    == "x-micro-identity=ada x-micro-identity=ada")
        }
    }

    @Test func eventHasTheIdentity() async throws {
        let subscription = try await fixture.broker.subscribe(to: "go.micro.api.user")
        try await run(handler: .event) { (port) async throws in
            #expect(try send(port, "POST /user/login", body: "{}")?.status == 202)
            var deliveries = subscription.makeAsyncIterator()
            let delivery = try #require(await deliveries.next())
            #expect(Self.identity(in: delivery.message.headers) == ["x-micro-identity=ada"])
            let event = try JSONDecoder().decode(APIEvent.self, from: Data(delivery.message.body.readableBytesView))
            let fields = (event.header ?? [:]).values.filter { $0.key.lowercased().contains("identity") }
            #expect(fields.map { $0.values } == [["ada"]])
        }
    }

    @Test func streamsReceiveTheIdentity() async throws {
        try await run { (port) async throws in
            let expected = #"{"headers":["x-micro-identity=ada"]}"#
            let lines = try send(port, "POST /greeter/show/stream", body: "{}")
            #expect(lines?.content == "\(expected)\n")
            let events = try send(port, "GET /greeter/show/stream", ["Accept: text/event-stream"])
            #expect(events?.content?.hasPrefix("data: \(expected)\n") == true)
            let socket = try RawWebSocket(
                port: port, path: "/greeter/show/stream", headers: [Self.key] + Self.forged)
            socket.send("{}")
            #expect(socket.read()?.text == expected)
        }
    }

    @Test func nodesOfHTTPServicesReceiveTheIdentity() async throws {
        let fields = Received()
        let app = try ScriptedServer { connection in
            guard let request = try connection.readRequest() else { return }
            var headers: Headers = [:]
            for (name, value) in request.headers { headers.add(name, value) }
            fields.lines.withLock { $0 = Self.identity(in: headers) }
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        }
        defer { app.stop() }
        try await fixture.register("go.micro.api.app", ports: [app.port])
        try await run(handler: .http) { (port) async throws in
            #expect(try send(port, "GET /app")?.body == "ok")
            #expect(fields.lines.withLock(\.self) == ["x-micro-identity=ada"])
            fields.lines.withLock { $0 = [] }
            _ = try RawWebSocket(port: port, path: "/app", headers: [Self.key] + Self.forged)
            #expect(fields.lines.withLock(\.self) == ["x-micro-identity=ada"])
        }
    }

    /// A page of another site can send these without the consent of the server, with the password that a browser remembers.
    @Test func pagesCannotSendBodiesWithoutAType() async throws {
        let call = #"{"service":"go.micro.api.greeter","endpoint":"Show.Identity","request":{}}"#
        try await run { (port) async throws in
            for (line, body) in [("POST /rpc", call), ("POST /greeter/show/identity", "{}")] {
                #expect(try send(port, line, ["Origin: https://evil.example"], body: body)?.status == 415)
                let typed = ["Origin: https://good.example", "Content-Type: application/json"]
                #expect(try send(port, line, typed, body: body)?.status == 200)
            }
            for type in ["text/plain", "application/x-www-form-urlencoded"] {
                #expect(try send(port, "POST /rpc", ["Content-Type: \(type)"], body: call)?.status == 415)
            }
        }
    }

    @Test func rulesApplyToExplicitCalls() async throws {
        try await fixture.run {
            $0.allowsExplicitCalls = true
            var rule = RouteRule(path: "/rpc")
            rule.rateLimit = RateLimit(requestsPerSecond: 0.01, burst: 1)
            rule.maxBodySize = 200
            $0.rules = [rule]
        } _: { (port) async throws in
            let call = #"{"service":"go.micro.api.greeter","endpoint":"Say.Hello","request":{}}"#
            #expect(
                try RawHTTPResponse.exchange(GatewayFixture.text("POST /rpc", body: call), port: port)?.status == 200)
            #expect(
                try RawHTTPResponse.exchange(GatewayFixture.text("POST /rpc", body: call), port: port)?.status == 429)
        }
    }
}
