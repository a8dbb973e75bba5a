// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroEdge
import MicroMemory
import TestSupport
import Testing

@testable import MicroSidecar

/// `/rpc` and `/{service}/{method}`.
@Suite(.blocking, .timeLimit(.minutes(1))) struct CallRouteTests {
    private let fixture = SidecarFixture()

    @Test func pathNamesServiceOfNamespaceAndEndpoint() async throws {
        try await fixture.run { (sidecar) async throws in
            let (status, json) = try sidecar.post("/greeter/say/hello", body: #"{"name":"John"}"#)
            #expect(status == 200 && json["text"] as? String == "Hello John")
            let (unknown, error) = try sidecar.post("/nobody/say/hello", body: "{}")
            #expect(unknown == 404 && (error["detail"] as? String)?.contains("go.micro.srv.nobody") == true)
            let (failed, denied) = try sidecar.post("/greeter/say/fail", body: "{}")
            #expect(failed == 403 && denied["id"] as? String == "go.micro.srv.greeter")
        }
    }

    @Test func bodyOfRPCNamesServiceAndEndpoint() async throws {
        try await fixture.run { (sidecar) async throws in
            let call = #""service":"go.micro.srv.greeter","request":{"name":"Ada"}"#
            for member in ["endpoint", "method"] {
                let (status, json) = try sidecar.post("/rpc", body: #"{\#(call),"\#(member)":"Say.Hello"}"#)
                #expect(status == 200 && json["text"] as? String == "Hello Ada")
            }
            let text = #"{"service":"go.micro.srv.greeter","method":"Say.Hello","request":"{\"name\":\"Bob\"}"}"#
            #expect(try sidecar.post("/rpc", body: text).1["text"] as? String == "Hello Bob")
            #expect(try sidecar.send("GET /rpc").status == 405)
        }
    }

    @Test func formOfRPCNamesServiceAndEndpoint() async throws {
        try await fixture.run { (sidecar) async throws in
            let form = "service=go.micro.srv.greeter&method=Say.Hello&request=%7B%22name%22%3A%22Eve+L%22%7D"
            let response = try sidecar.send(
                "POST /rpc", ["Content-Type: application/x-www-form-urlencoded"], body: form)
            #expect(response.status == 200 && response.contentType == "application/json")
            #expect((response.json as? [String: Any])?["text"] as? String == "Hello Eve L")
            let empty = try sidecar.send("POST /rpc?service=x&method=A.B", ["Content-Type: text/plain"], body: "")
            #expect(empty.status == 400 && empty.body.contains("error decoding request string"))
        }
    }

    @Test func errorsOfRPCHaveGoMicrosForm() async throws {
        try await fixture.run { (sidecar) async throws in
            for (body, detail) in [
                ("[]", "JSON object"), ("{}", "invalid service"), (#"{"service":"x"}"#, "invalid endpoint"),
            ] {
                let (status, error) = try sidecar.post("/rpc", body: body)
                #expect(status == 400 && error["id"] as? String == "go.micro.rpc" && error["code"] as? Int == 400)
                #expect((error["detail"] as? String)?.contains(detail) == true, "\(error)")
                #expect(error["status"] as? String == "Bad Request")
            }
        }
    }

    @Test func headersBecomeMetadataExceptInternalOnes() async throws {
        try await fixture.run { (sidecar) async throws in
            let (_, json) = try sidecar.post(
                "/rpc",
                [
                    "X-Tenant: a", "X-Tenant: b", "Traceparent: 00-1-2-01", "Micro-Service: evil",
                    "X-Micro-Endpoint: evil",
                    "X_Under: 1", "Authorization: Bearer secret", "Cookie: c=1", "Timeout: 20", "X-Hop: 1",
                ], body: #"{"service":"go.micro.srv.greeter","method":"Say.Hello","request":{}}"#)
            let headers = try #require(json["headers"] as? [String: String])
            #expect(headers["x-tenant"] == "a,b" && headers["traceparent"] == "00-1-2-01")
            #expect(
                ["authorization", "cookie", "timeout", "x_under", "micro-service"].allSatisfy { headers[$0] == nil })
        }
    }

    @Test func timeoutHeaderIsInSeconds() async throws {
        try await fixture.run { (sidecar) async throws in
            let body = #"{"service":"go.micro.srv.greeter","method":"Say.Slow","request":{}}"#
            for timeout in ["0.2", "200ms"] {
                // Without a response within 10 s, there is no status; the handler needs 60 s.
                let (status, error) = try sidecar.post("/rpc", ["Timeout: \(timeout)"], body: body)
                #expect(status == 408, "\(error)")
            }
        }
    }

    @Test func onlyRegisteredAddressesAreCalled() async throws {
        let other = try ScriptedServer(responding: { _ in ScriptedResponse(text: #"{"text":"secret"}"#) })
        defer { other.stop() }
        try await fixture.run { (sidecar) async throws in
            func body(_ port: Int) -> String {
                """
                {"service":"go.micro.srv.greeter","method":"Say.Hello","request":{},"address":"127.0.0.1:\(port)"}
                """
            }
            let node = try #require(try await fixture.registry.lookUp("go.micro.srv.greeter").first?.nodes.first)
            #expect(try sidecar.post("/rpc", body: body(node.port ?? 0)).status == 200)
            let (status, error) = try sidecar.post("/rpc", body: body(other.port))
            #expect(status == 403 && error["id"] as? String == "go.micro.rpc" && other.acceptedConnections == 0)
        }
    }

    @Test func proxyHandlerPassesRequestsToHTTPServices() async throws {
        let app = try ScriptedServer { request in
            ScriptedResponse(
                status: 201, headers: [("X-Seen", request["X-Custom"] ?? "-")],
                text: "\(request.method) \(request.target) \(String(decoding: request.body, as: UTF8.self))")
        }
        defer { app.stop() }
        try await fixture.run {
            $0.handler = .proxy
        } _: { (sidecar) async throws in
            let registered = try sidecar.send(
                "POST /registry",
                body: #"{"name":"go.micro.srv.web","nodes":[{"id":"web-1","address":"127.0.0.1","port":\#(app.port)}]}"#
            )
            #expect(registered.status == 200)
            let isKnown = try await eventually { try sidecar.send("GET /web").status == 201 }
            #expect(isKnown)
            let response = try sidecar.send("PATCH /web/items/1?full=true", ["X-Custom: c"], body: "change")
            #expect(response.status == 201 && response.body == "PATCH /web/items/1?full=true change")
        }
    }
}
