// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Micro
import MicroCore
import MicroEdge
import MicroMemory
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import MicroGateway

/// A gateway in front of services, over HTTP.
@Suite(.blocking, .timeLimit(.minutes(1))) struct GatewayTests {
    private let fixture = GatewayFixture()

    private func send(
        _ port: Int, _ line: String, _ headers: [String] = [], body: String = ""
    ) throws -> (status: Int?, json: [String: Any], body: String) {
        let response = try RawHTTPResponse.exchange(GatewayFixture.text(line, headers, body: body), port: port)
        return (response?.status, response?.json as? [String: Any] ?? [:], response?.body ?? "")
    }

    @Test func bodyAndQueryBecomeRequestMessage() async throws {
        try await fixture.run { (port) async throws in
            let posted = try send(
                port, "POST /greeter/say/hello", ["Content-Type: application/json; charset=utf-8"],
                body: #"{"name":"Ada","age":36}"#)
            #expect(posted.status == 200 && posted.json["text"] as? String == "Ada 36 ")
            let queried = try send(port, "GET /greeter/say/hello?name=42&age=7&tags=a&tags=b")
            #expect(queried.json["text"] as? String == "42 7 a+b")
            let merged = try send(port, "PUT /greeter/Say.Hello?age=8", body: #"{"name":"Bob","age":1}"#)
            #expect(merged.json["text"] as? String == "Bob 8 ")
            let invalid = try send(port, "GET /greeter/say/hello?age=x")
            #expect(invalid.status == 400 && (invalid.json["detail"] as? String)?.contains("age") == true)
        }
    }

    @Test func declaredRouteHasVariables() async throws {
        try await fixture.run { (port) async throws in
            let found = try send(port, "GET /people/Ada%20L?age=7&name=Eve")
            #expect(found.status == 200 && found.json["text"] as? String == "Ada L 7")
            #expect(try send(port, "DELETE /people/Ada").status == 404)
            let document = try send(port, "GET /openapi.json").json["paths"] as? [String: [String: [String: Any]]]
            #expect(document?["/people/{name}"]?["get"]?["description"] as? String == "Greets a person.")
        }
    }

    @Test func errorsOfServicesPassThrough() async throws {
        try await fixture.run { (port) async throws in
            let denied = try send(port, "POST /greeter/say/fail", body: "{}")
            #expect(denied.status == 403 && denied.json["id"] as? String == "go.micro.api.greeter")
            let unknown = try send(port, "POST /greeter/say/nothing", body: "{}")
            #expect(unknown.status == 404)
            let type = try send(port, "POST /greeter/say/hello", ["Content-Type: text/xml"], body: "<a/>")
            #expect(type.status == 415)
            let method = try send(port, "TRACE /greeter/say/hello")
            #expect(method.status == 405)
        }
    }

    @Test func unknownServiceNamesTheNearestOne() async throws {
        try await fixture.run { (port) async throws in
            let response = try send(port, "POST /v1/greeter/say/hello", body: "{}")
            let detail = response.json["detail"] as? String ?? ""
            #expect(response.status == 404 && detail.contains("go.micro.api.v1.greeter"))
            #expect(detail.contains("go.micro.api.greeter"))
            #expect(try send(port, "GET /").status == 404)
            #expect(try send(port, "GET /greeter").status == 404)
        }
    }

    @Test func onlyPublicEndpointsAreReachable() async throws {
        try await fixture.run {
            $0.allowsExplicitCalls = true
        } _: { (port) async throws in
            #expect(try send(port, "GET /greeter/debug/health").status == 404)
            #expect(try send(port, "GET /greeter/Debug.Health").status == 404)
            for (service, endpoint) in [("internal.admin", "Say.Hello"), ("go.micro.api.greeter", "Debug.Stats")] {
                let call = #"{"service":"\#(service)","endpoint":"\#(endpoint)","request":{}}"#
                #expect(try send(port, "POST /rpc", body: call).status == 404)
            }
            let allowed = #"{"service":"go.micro.api.greeter","endpoint":"Say.Hello","request":{"name":"Ada"}}"#
            #expect(try send(port, "POST /rpc", body: allowed).json["text"] as? String == "Ada 0 ")
            #expect(try send(port, "GET /rpc").status == 405)
        }
    }

    @Test func explicitCallsAreDisabledByDefault() async throws {
        try await fixture.run { (port) async throws in
            let call = #"{"service":"go.micro.api.greeter","endpoint":"Say.Hello","request":{"name":"Ada"}}"#
            #expect(try send(port, "POST /rpc", body: call).status == 404)
        }
    }

    @Test func metadataIsSetByTheGateway() async throws {
        try await fixture.run { (port) async throws in
            let response = try send(
                port, "GET /greeter/say/hello",
                ["X-Micro-Identity: root", "X-Secret: 1", "Accept-Language: de", "X-Forwarded-For: 192.0.2.1"])
            #expect(response.json["headers"] as? [String] == ["de", "127.0.0.1"])
        }
    }

    @Test func apiHandlerReceivesWholeRequest() async throws {
        try await fixture.run {
            $0.handler = .api
        } _: { (port) async throws in
            let response = try RawHTTPResponse.exchange(
                GatewayFixture.text("POST /greeter/web/page?a=1&a=2", body: "text"), port: port)
            #expect(response?.status == 201 && response?.headers["x-path"] == "/greeter/web/page")
            #expect(response?.body == #"POST ["1", "2"] text"#)
        }
    }

    @Test func eventHandlerPublishesBody() async throws {
        let subscription = try await fixture.broker.subscribe(to: "go.micro.api.user")
        try await fixture.run {
            $0.handler = .event
        } _: { (port) async throws in
            let accepted = try send(port, "POST /user/login", body: #"{"name":"Ada"}"#)
            #expect(accepted.status == 202 && accepted.json["topic"] as? String == "go.micro.api.user")
            var deliveries = subscription.makeAsyncIterator()
            let delivery = try #require(await deliveries.next())
            let event = try JSONDecoder().decode(APIEvent.self, from: Data(delivery.message.body.readableBytesView))
            #expect(
                event.name == "login" && event.data == #"{"name":"Ada"}"# && event.id == accepted.json["id"] as? String)
        }
    }

    @Test func closedRegistryEndsTheGateway() async throws {
        var configuration = GatewayConfiguration()
        configuration.edge.address = "127.0.0.1:0"
        let registry = fixture.registry
        let client = try Client(
            registry: fixture.registry, transport: MemoryTransport(backend: fixture.backend), broker: fixture.broker)
        try await closing(client) { client in
            let gateway = try Gateway(
                configuration: configuration, client: client, registry: registry, logger: LogRecorder().logger)
            await registry.close()
            let error = await #expect(throws: MicroError.self) { try await gateway.run() }
            #expect(error?.code == .closed)
        } by: {
            await $0.close()
        }
    }

    @Test func deregisteredServiceReturnsNotFound() async throws {
        try await fixture.run { (port) async throws in
            let registry = MemoryRegistry(backend: fixture.backend)
            let record = ServiceRecord(
                name: "go.micro.api.gone",
                endpoints: [Endpoint(name: "Gone.Get", metadata: ["path": "/gone", "method": "GET"])],
                nodes: [Node(id: "gone-1", address: "gone-1")])
            try await registry.register(record, timeToLive: nil)
            #expect(try await eventually { try send(port, "GET /gone").status == 503 })
            try await registry.deregister(record)
            #expect(try await eventually { try send(port, "GET /gone").status == 404 })
        }
    }

    @Test func openAPIDescribesDeclaredRoutes() async throws {
        try await fixture.run { (port) async throws in
            let shape = ValueShape(name: "R", type: "R", values: [ValueShape(name: "limit", type: "int64")])
            let endpoint = Endpoint(
                name: "Users.Get", request: shape, response: shape,
                metadata: ["path": "/users/{id}", "method": "GET", "description": "Returns a user."])
            let registry = MemoryRegistry(backend: fixture.backend)
            try await registry.register(
                ServiceRecord(
                    name: "go.micro.api.users", endpoints: [endpoint], nodes: [Node(id: "u-1", address: "u-1")]),
                timeToLive: nil)
            #expect(
                try await eventually {
                    let paths = try send(port, "GET /openapi.json").json["paths"] as? [String: Any]
                    let get = (paths?["/users/{id}"] as? [String: Any])?["get"] as? [String: Any]
                    let names = (get?["parameters"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
                    return get?["description"] as? String == "Returns a user." && names == ["id", "limit"]
                })
        }
    }
}
