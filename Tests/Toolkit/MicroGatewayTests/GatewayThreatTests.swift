// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Micro
import MicroCore
import MicroEdge
import MicroMemory
import TestServers
import TestSupport
import Testing

@testable import MicroGateway

/// The threats of the security model in the documentation of the gateway. What concerns the bytes of HTTP is tested with
/// `EdgeServer`, and the access to internal services in ``GatewayTests``.
@Suite(.blocking, .timeLimit(.minutes(1))) struct GatewayThreatTests {
    private let fixture = GatewayFixture()

    private func send(
        _ port: Int, _ line: String, _ headers: [String] = [], body: String = ""
    ) throws -> RawHTTPResponse? {
        try .exchange(GatewayFixture.text(line, headers, body: body), port: port)
    }

    // MARK: Server-side request forgery

    @Test func addressInAnExplicitCallIsNotUsed() async throws {
        let target = try RawListener()
        defer { target.shutDown() }
        try await fixture.run {
            $0.allowsExplicitCalls = true
        } _: { (port) async throws in
            let body =
                #"{"service":"go.micro.api.greeter","endpoint":"Say.Hello","address":"127.0.0.1:\#(target.port)","request":{"name":"Ada"}}"#
            let response = try send(port, "POST /rpc", ["Content-Type: application/json"], body: body)
            #expect(response?.status == 200 && response?.body.contains("Ada") == true)
            #expect(target.accept() == nil)
        }
    }

    @Test(arguments: [
        "169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "fd00:ec2::254", "2852039166", "0xA9.254.43518",
        "fe80::1%1",
    ])
    func linkLocalNodesAreNotUsed(_ address: String) async throws {
        let app = Address(host: address, port: 80)
        try await linkLocalNodeIsNotUsed(Node(id: "meta", address: address, port: 80))
        try await linkLocalNodeIsNotUsed(
            Node(id: "meta", address: "127.0.0.1", port: 80, metadata: ["http_address": "\(app)"]))
    }

    private func linkLocalNodeIsNotUsed(_ node: Node) async throws {
        try await fixture.registry.register(ServiceRecord(name: "go.micro.api.meta", nodes: [node]), timeToLive: nil)
        try await fixture.run {
            $0.handler = .http
        } _: { (port) async throws in
            let response = try send(port, "GET /meta/latest")
            #expect(response?.status == 502 && response?.body.contains("link-local") == true)
            #expect(try RawWebSocket(port: port, path: "/meta").status == 502)
        }
        #expect(throws: Never.self) { try NodeAddressPolicy.httpAddress(of: node, allowsLinkLocal: true) }
    }

    // MARK: Forged metadata

    private static let forgedFields = [
        "X-Micro-Identity: root", "X-Micro-Identity-Scope: admin", "X_Micro_Identity: root",
        "Micro-Endpoint: Debug.Stats",
        "X-Micro-Service: internal.admin", "Micro-From-Service: internal.admin", "Timeout: 1", "X-Secret: root",
        "X-Forwarded-For: 192.0.2.66", "X-Forwarded-Proto: https", "X-Forwarded-Host: root", "X-Real-Ip: 192.0.2.66",
        "Forwarded: for=192.0.2.66", "Connection: close, X-Forwarded-For, X-Request-Id",
    ]

    @Test func serviceReceivesNoForgedFields() async throws {
        try await fixture.run {
            $0.forwardedHeaders = []
        } prepare: { service in
            service.handle("Show.Headers") { (_: Person, context: RequestContext) in
                Answer(text: "", headers: context.headers.map { "\($0.name): \($0.value)" })
            }
        } _: { (port) async throws in
            let response = try send(port, "GET /greeter/show/headers", Self.forgedFields)
            #expect(response?.status == 200)
            let text = (response?.body ?? "").lowercased()
            for part in ["root", "192.0.2.66", "internal.admin", "debug.stats", "https", "\"timeout: 1\""] {
                #expect(!text.contains(part), "\(part) in \(text)")
            }
            #expect(text.contains("x-forwarded-for: 127.0.0.1"))
        }
    }

    @Test func apiMessageHasNoForgedFields() async throws {
        try await fixture.run {
            $0.handler = .api
        } prepare: { service in
            service.handle("Show.Request") { (request: APIRequest, _) in
                APIResponse(
                    body: (request.header ?? [:]).values.map { "\($0.key)=\($0.values.joined(separator: ","))" }.joined(
                        separator: " "))
            }
        } _: { (port) async throws in
            let text = (try send(port, "GET /greeter/show/request", Self.forgedFields)?.body ?? "").lowercased()
            #expect(text.contains("x-forwarded-for=127.0.0.1"))
            for part in ["x-micro-", "x_micro", "micro-", "timeout", "192.0.2.66"] {
                #expect(!text.contains(part), "\(part) in \(text)")
            }
        }
    }

    @Test func fieldsOfServicesCannotDivideTheResponse() async throws {
        try await fixture.run {
            $0.handler = .api
        } prepare: { service in
            service.handle("Web.Split") { (_: APIRequest, _) in
                let values = ["a\r\nSet-Cookie: s=1", "b\u{0}", "c\nd", "ok"]
                return APIResponse(
                    header: [
                        "a": APIPair(key: "X-A", values: values),
                        "b": APIPair(key: "X-B\r\nSet-Cookie: s=2", values: ["x"]),
                        "c": APIPair(key: "Transfer-Encoding", values: ["chunked"]),
                        "d": APIPair(key: "Content-Length", values: ["1"]),
                    ], body: "body")
            }
        } _: { (port) async throws in
            let response = try send(port, "GET /greeter/web/split")
            #expect(response?.status == 200 && response?.headers["x-a"] == "ok" && response?.body == "body")
            #expect(response?.headers["set-cookie"] == nil && response?.headers["transfer-encoding"] == nil)
        }
    }

    @Test(arguments: ["X: a\rSet-Cookie: s=1", "X: a\u{0}b", "X : a", "Content-Length: 1\r\nContent-Length: 2"])
    func malformedFieldsOfNodesAreRefused(_ field: String) async throws {
        let app = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write("HTTP/1.1 200 OK\r\n\(field)\r\nConnection: close\r\n\r\nab")
        }
        defer { app.stop() }
        try await fixture.register("go.micro.api.app", ports: [app.port])
        try await fixture.run {
            $0.handler = .http
        } _: { (port) async throws in
            let response = try send(port, "GET /app")
            #expect(
                response?.status == 502 && response?.headers["set-cookie"] == nil, "\(String(describing: response))")
        }
    }

    // MARK: Paths

    @Test(arguments: [
        ("GET /app/%61/b", "/app/a/b"), ("GET //app//a", "/app/a"), ("GET /app/a%3Fb", "/app/a%3Fb"),
        ("GET /app/a%23b", "/app/a%23b"), ("GET /app/%E4%BD%A0", "/app/%E4%BD%A0"), ("GET http://test/app/a", "/app/a"),
        ("GET /app/a;x=1?y=%2F..", "/app/a;x=1?y=%2F.."), ("GET /app/%252e%252e/b", "/app/%252e%252e/b"),
    ]) func nodesReceiveTheNormalForm(_ line: String, _ target: String) async throws {
        let app = try ScriptedServer(responding: { ScriptedResponse(text: $0.target) })
        defer { app.stop() }
        try await fixture.register("go.micro.api.app", ports: [app.port])
        try await fixture.run {
            $0.handler = .http
        } _: { (port) async throws in
            #expect(try send(port, line)?.body == target)
        }
    }

    @Test(arguments: [
        "GET /app/../admin", "GET /app/%2e%2e/admin", "GET /app/..%2fadmin", "GET /app%2fadmin", "GET /app/a%5cb",
        "GET /app/%00", "GET /app\\admin", "GET /app#/admin", "GET /app/%c0%ae%c0%ae/admin",
    ]) func ambiguousPathsDoNotReachNodes(_ line: String) async throws {
        let requests = Counter()
        let app = try ScriptedServer(responding: { _ in
            requests.add()
            return ScriptedResponse(status: 200)
        })
        defer { app.stop() }
        try await fixture.register("go.micro.api.app", ports: [app.port])
        try await fixture.run {
            $0.handler = .http
        } _: { (port) async throws in
            let response = try send(port, line)
            #expect(response == nil || response?.status == 400)
            #expect(requests.value == 0)
        }
    }

    // MARK: Routes of others

    private func table(reserved: [String: String] = [:]) -> RouteTable {
        func record(_ name: String, _ path: String) -> ServiceRecord {
            ServiceRecord(
                name: name, endpoints: [Endpoint(name: "A.B", metadata: ["path": path])],
                nodes: [Node(id: name, address: "127.0.0.1", port: 1)])
        }
        return RouteTable(
            RegistryState([
                record("api.billing", "/billing/{id}"), record("api.evil", "/billing/1"), record("api.worse", "^/.*"),
                record("api.rest", "/{path=**}"),
            ]), mapping: PathMapping(namespace: "api"), reservedPaths: reserved)
    }

    @Test func reservedPathsBelongToOneService() throws {
        func service(_ table: RouteTable, _ path: String) throws -> String? {
            table.match(method: "GET", host: nil, path: try RequestPath(target: path))?.route.target.service
        }
        #expect(try service(table(), "/billing/1") == "api.evil")
        let reserved = table(reserved: ["/billing": "api.billing"])
        for path in ["/billing/1", "//billing/1", "/%62illing/1"] {
            #expect(try service(reserved, path) == "api.billing")
        }
        #expect(try service(reserved, "/billing") == nil)
        #expect(try service(reserved, "/billings/1") == "api.rest")
        let matches = reserved.matches(method: "GET", host: nil, path: try RequestPath(target: "/billing/1"))
        #expect(matches.map(\.route.target.service) == ["api.billing"])
    }

    // MARK: Pages of other sites

    /// The types that a form of any page can send without the consent of the server.
    @Test(arguments: ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])
    func formsOfPagesCannotCall(_ type: String) async throws {
        try await fixture.run { (port) async throws in
            let response = try send(
                port, "POST /greeter/say/hello", ["Content-Type: \(type)", "Origin: https://evil.example"],
                body: #"{"name":"Ada"}"#)
            #expect(response?.status == 415)
            #expect(response?.headers["access-control-allow-origin"] == nil)
        }
    }

    @Test func pagesOfOtherSitesCannotOpenWebSockets() async throws {
        try await fixture.run { (port) async throws in
            let socket = try RawWebSocket(
                port: port, path: "/greeter/say/hello", headers: ["Origin: https://evil.example"])
            #expect(socket.status == 403)
        }
    }

    // MARK: Computing time

    /// If each name were compared with all others, the response would take minutes.
    @Test func bodyWithManyMembersTakesValuesOfTheQuery() async throws {
        let members = (0..<50_000).map { "\"m\($0)\":1" }.joined(separator: ",")
        try await fixture.run { (port) async throws in
            let response = try send(
                port, "POST /greeter/say/hello?name=Ada", ["Content-Type: application/json"],
                body: "{\"name\":\"Bob\",\(members)}")
            #expect(response?.status == 200 && response?.body.contains("Ada") == true)
        }
    }

    // MARK: Tokens

    @Test func credentialsAppearInNoLog() async throws {
        let log = LogRecorder()
        var configuration = GatewayConfiguration()
        configuration.edge.address = "127.0.0.1:0"
        configuration.edge.authenticators = [
            APIKeyAuthenticator(keys: ["ada": Secret("right-key")]),
            BasicAuthenticator(users: ["bob": Secret("right-password")]),
        ]
        let client = try Client(
            registry: fixture.registry, transport: MemoryTransport(backend: fixture.backend), broker: fixture.broker)
        let gateway = try Gateway(
            configuration: configuration, client: client, registry: fixture.registry, logger: log.logger)
        try await withThrowingTaskGroup { group in
            group.addTask { try await gateway.run() }
            let port = try #require(try await gateway.listeningAddress().port)
            let basic = Data("bob:wrong-password".utf8).base64EncodedString()
            for field in [
                "X-Api-Key: right-key", "X-Api-Key: wrong-key", "Authorization: Bearer wrong-token",
                "Authorization: Basic \(basic)", "Cookie: session=wrong-cookie",
            ] {
                let response = try send(port, "GET /greeter/say/hello?token=wrong-query", [field])
                for secret in ["right-", "wrong-", basic] { #expect(response?.body.contains(secret) == false) }
            }
            #expect(log.has("request served"))
            for secret in ["right-", "wrong-", basic] { #expect(!log.has(secret), "\(secret)") }
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
        await client.close()
    }

    // MARK: Request smuggling

    @Test func bytesBehindARefusedUpgradeDoNotReachTheNode() async throws {
        let requests = Counter()
        let app = try ScriptedServer { connection in
            while try connection.readRequest() != nil {
                requests.add()
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
        }
        defer { app.stop() }
        try await fixture.register("go.micro.api.app", ports: [app.port])
        try await fixture.run {
            $0.handler = .http
        } _: { (port) async throws in
            let socket = try RawSocket(port: port)
            socket.write(
                "GET /app HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nGET /admin HTTP/1.1\r\nHost: test\r\n\r\n"
                    .utf8)
            while case .bytes(let bytes) = socket.read(within: .seconds(10)), !bytes.isEmpty {}
            #expect(requests.value == 1)
        }
    }
}
