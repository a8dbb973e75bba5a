// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroCore
import TestSupport
import Testing

@testable import MicroGateway

/// The page with the description of the routes.
@Suite(.blocking, .timeLimit(.minutes(1))) struct OpenAPIPageTests {
    private static let hostile = #"</pre><script>alert(1)</script><img src=x onerror='alert(2)'>"&"#

    private func page(_ endpoints: [Endpoint]) -> String {
        let configuration = GatewayConfiguration()
        let router = GatewayRouter(configuration)
        let record = ServiceRecord(
            name: "go.micro.api.users", endpoints: endpoints, nodes: [Node(id: "u", address: "127.0.0.1", port: 1)])
        let table = RouteTable(RegistryState([record]), mapping: router.mapping)
        return OpenAPIPage(OpenAPIDocument(table, router: router)).html(nonce: "n")
    }

    @Test func routesAreShown() {
        let shape = ValueShape(name: "R", type: "R", values: [ValueShape(name: "limit", type: "int64")])
        let html = page([
            Endpoint(
                name: "Users.Get", request: shape, response: shape,
                metadata: ["path": "/users/{id}", "method": "GET", "description": "Returns a user."])
        ])
        for part in [
            "/users/{id}", ">GET</span>", "Returns a user.", "<code>id</code> in the path",
            "<code>limit</code> in the query", "&quot;limit&quot;",
        ] { #expect(html.contains(part), "\(part)") }
        #expect(page([]).contains("No service has declared a route."))
    }

    @Test func textsOfServicesAreEscaped() {
        let shape = ValueShape(name: "R", type: "R", values: [ValueShape(name: Self.hostile, type: "string")])
        let html = page([
            Endpoint(
                name: "Users.\(Self.hostile)", request: shape, response: shape,
                metadata: ["path": "/users/{id}", "method": "POST", "description": Self.hostile])
        ])
        #expect(html.contains("&lt;script&gt;"))
        for part in ["<script", "<img", "onerror='", #""&""#, #"\"&\""#] {
            #expect(!html.contains(part), "\(part)")
        }
    }

    /// A record can have a type of 256 KiB, whose depth would exhaust the stack.
    @Test func typesOfAnyDepthAreDescribed() {
        let type = String(repeating: "[]", count: 100_000) + "string"
        let shape = ValueShape(name: "R", type: "R", values: [ValueShape(name: "deep", type: type)])
        let html = page([
            Endpoint(
                name: "Users.Get", request: shape, response: shape, metadata: ["path": "/users", "method": "POST"])
        ])
        #expect(html.contains("deep"))
    }

    @Test func pageLoadsAndRunsNothing() async throws {
        try await GatewayFixture().run { (port) async throws in
            let response = try RawHTTPResponse.exchange(GatewayFixture.text("GET /openapi.html"), port: port)
            #expect(response?.status == 200 && response?.headers["content-type"] == "text/html; charset=utf-8")
            let policy = response?.headers["content-security-policy"] ?? ""
            #expect(policy.hasPrefix("default-src 'none'; style-src 'nonce-") && !policy.contains("unsafe"))
            let body = response?.body ?? ""
            #expect(body.contains("/people/{name}") && !body.contains("<script") && !body.contains("http://"))
        }
    }
}
