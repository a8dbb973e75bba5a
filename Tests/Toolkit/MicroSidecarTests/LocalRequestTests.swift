// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroCore
import MicroEdge
import MicroHTTP
import MicroMemory
import TestServers
import TestSupport
import Testing

@testable import MicroSidecar

/// Requests of a page of another site in a browser on the same machine.
@Suite(.blocking, .timeLimit(.minutes(1))) struct LocalRequestTests {
    private static let form = "service=go.micro.srv.greeter&method=Say.Hello&request=%7B%7D"
    private let fixture = SidecarFixture()

    @Test func formOfForeignPageIsRejected() async throws {
        try await fixture.run { (sidecar) async throws in
            func post(_ headers: [String]) throws -> Int? {
                try sidecar.send(
                    "POST /rpc", ["Content-Type: application/x-www-form-urlencoded"] + headers, body: Self.form
                ).status
            }
            #expect(try post([]) == 200)
            #expect(try post(["Origin: http://127.0.0.1:\(sidecar.port)"]) == 200)
            for origin in [
                "http://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1:\(sidecar.port).evil",
            ] {
                #expect(try post(["Origin: \(origin)"]) == 403, "\(origin)")
            }
        }
    }

    @Test func requestsWithoutOriginOfForeignPagesAreRejected() async throws {
        try await fixture.run { (sidecar) async throws in
            for site in ["cross-site", "same-site"] {
                #expect(try sidecar.send("GET /registry", ["Sec-Fetch-Site: \(site)"]).status == 403)
                #expect(try sidecar.send("GET /greeter/say/hello", ["Sec-Fetch-Site: \(site)"]).status == 403)
            }
            #expect(try sidecar.send("GET /registry", ["Sec-Fetch-Site: none"]).status == 200)
            #expect(try sidecar.send("GET /registry", ["Sec-Fetch-Site: same-origin"]).status == 200)
        }
    }

    @Test func namesOfOtherHostsAreRejected() async throws {
        try await fixture.run { (sidecar) async throws in
            for host in ["localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:9", "[::1]:8081"] {
                #expect(try sidecar.send("GET /registry", host: host).status == 200, "\(host)")
            }
            for host in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "a@127.0.0.1"] {
                let response = try sidecar.send("GET /registry", host: host)
                #expect([400, 403, 421].contains(response.status), "\(host) \(response)")
            }
            #expect(try sidecar.send("POST /rpc", body: Self.form, host: "evil.example:8081").status == 421)
        }
    }

    /// What a page can send without the consent of CORS, and what it sends after an attacker's name resolves to 127.0.0.1.
    @Test func pageOfAnotherSiteChangesNothing() async throws {
        let events = try await fixture.broker.subscribe(to: "user.created", queue: nil, options: .init())
        try await fixture.run { (sidecar) async throws in
            let record = #"{"name":"shop","nodes":[{"id":"s1","address":"10.0.0.5","port":1}]}"#
            let call = #"{"service":"go.micro.srv.greeter","endpoint":"Say.Hello","request":{}}"#
            for (line, body) in [
                ("POST /registry", record), ("DELETE /registry", record), ("POST /rpc", call),
                ("POST /greeter/say/hello", "{}"), ("POST /broker?topic=user.created", "x"), ("GET /registry", ""),
                ("GET /metadata", ""), ("GET /stats", ""), ("GET /openapi.json", ""),
            ] {
                for type in ["text/plain", "application/json", "application/x-www-form-urlencoded"] {
                    let simple = try sidecar.send(
                        line, ["Content-Type: \(type)", "Origin: http://evil.example"], body: body)
                    #expect(simple.status == 403, "\(line) \(type): \(simple)")
                    let rebound = try sidecar.send(
                        line, ["Content-Type: \(type)", "Origin: http://evil.example"], body: body, host: "evil.example"
                    )
                    #expect(rebound.status == 421, "\(line) \(type): \(rebound)")
                }
            }
            let preflight = try sidecar.send(
                "OPTIONS /rpc", ["Origin: http://evil.example", "Access-Control-Request-Method: POST"])
            #expect(preflight.status != 200 || !preflight.body.contains("evil"), "\(preflight)")
            let upgrade = [
                "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Origin: http://evil.example",
            ]
            for path in [
                "/registry", "/broker?topic=user.created", "/greeter/say/chat",
                "/rpc?service=go.micro.srv.greeter&endpoint=Say.Chat",
            ] {
                #expect(try sidecar.send("GET \(path)", upgrade).status == 403, "\(path)")
                #expect(try sidecar.send("GET \(path)", upgrade, host: "evil.example").status == 421, "\(path)")
            }
            #expect(try await fixture.registry.lookUp("shop").isEmpty)
        }
        await events.drain(deadline: .now)
        var deliveries = events.makeAsyncIterator()
        #expect(await deliveries.next() == nil)
    }

    /// Two lengths of a body, by which a proxy and the sidecar would see different requests; paths in several encodings.
    @Test func ambiguousRequestsAreRejected() async throws {
        try await fixture.run { (sidecar) async throws in
            func status(_ text: String) throws -> Int? {
                try RawHTTPResponse.exchange(text, port: sidecar.port)?.status
            }
            let host = "Host: 127.0.0.1\r\nConnection: close"
            #expect(
                try status(
                    "POST /rpc HTTP/1.1\r\n\(host)\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                    == 400)
            for path in ["/greeter%2Fsay/hello", "/greeter/%2e%2e/registry", "/greeter/say%00/hello", "/greeter%5Csay"]
            {
                #expect(try status("GET \(path) HTTP/1.1\r\n\(host)\r\n\r\n") == 400, "\(path)")
            }
        }
    }

    @Test func allowedOriginsMayCall() async throws {
        try await fixture.run {
            $0.edge.cors = CORSPolicy(origins: ["https://app.example"])
        } _: { (sidecar) async throws in
            #expect(try sidecar.send("GET /registry", ["Origin: https://app.example"]).status == 200)
            #expect(try sidecar.send("GET /registry", ["Origin: https://other.example"]).status == 403)
        }
    }

    @Test func tokenIsRequiredAndNeverShown() async throws {
        try await fixture.run {
            $0.edge.authenticators = [APIKeyAuthenticator(keys: ["app": Secret("s3cret-token")])]
        } _: { (sidecar) async throws in
            #expect(try sidecar.send("GET /registry").status == 401)
            #expect(try sidecar.send("GET /registry", ["Authorization: Bearer wrong"]).status == 401)
            let (status, json) = try sidecar.post(
                "/greeter/say/hello", ["Authorization: Bearer s3cret-token", "X-Api-Key: s3cret-token"], body: "{}")
            #expect(status == 200)
            #expect((json["headers"] as? [String: String])?.values.contains { $0.contains("s3cret") } == false)
        }
        #expect(!fixture.logs.has("s3cret-token"))
    }

    @Test func addressOfAllInterfacesNeedsAuthentication() async throws {
        var configuration = SidecarConfiguration()
        configuration.edge.address = ":8081"
        let client = try Client(registry: fixture.registry, transport: fixture.transport, broker: fixture.broker)
        #expect {
            try Sidecar(
                configuration: configuration, client: client, registry: fixture.registry, broker: fixture.broker,
                transport: fixture.transport)
        } throws: { ($0 as? MicroError)?.code == .invalidArgument }
        await client.close()
        await fixture.transport.close()
    }
}
