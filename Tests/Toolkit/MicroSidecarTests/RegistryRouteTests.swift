// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroMemory
import TestServers
import TestSupport
import Testing

@testable import MicroSidecar

/// `/registry`.
@Suite(.blocking, .timeLimit(.minutes(1))) struct RegistryRouteTests {
    private let fixture = SidecarFixture()

    private static func document(_ port: Int, name: String = "go.micro.srv.py", address: String = "127.0.0.1") -> String
    {
        #"{"name":"\#(name)","nodes":[{"id":"py-1","address":"\#(address)","port":\#(port)}]}"#
    }

    @Test func serviceIsRegisteredFoundAndDeregistered() async throws {
        try await fixture.run { (sidecar) async throws in
            #expect(try sidecar.send("GET /registry?service=go.micro.srv.py").status == 404)
            let registered = try sidecar.send("POST /registry", body: Self.document(4000))
            #expect(registered.status == 200 && registered.body.isEmpty)
            let found = try sidecar.send("GET /registry?service=go.micro.srv.py")
            #expect(found.status == 200 && found.contentType == "application/json")
            let service = try #require((found.json as? [[String: Any]])?.first)
            let node = try #require((service["nodes"] as? [[String: Any]])?.first)
            #expect(service["name"] as? String == "go.micro.srv.py" && service["version"] as? String == "")
            #expect(node["address"] as? String == "127.0.0.1" && node["port"] as? Int == 4000)
            let names = try #require(try sidecar.send("GET /registry").json as? [[String: Any]])
            #expect(names.map { $0["name"] as? String } == ["go.micro.srv.greeter", "go.micro.srv.py"])
            #expect(try sidecar.send("DELETE /registry", body: Self.document(4000)).status == 200)
            #expect(try sidecar.send("GET /registry?service=go.micro.srv.py").status == 404)
        }
    }

    @Test func registrationExpiresAfterItsTimeToLive() async throws {
        try await fixture.run { (sidecar) async throws in
            #expect(try sidecar.send("POST /registry?ttl=300ms", body: Self.document(4000)).status == 200)
            let hasExpired = try await eventually {
                try sidecar.send("GET /registry?service=go.micro.srv.py").status == 404
            }
            #expect(hasExpired)
            let wrong = try sidecar.send("POST /registry?ttl=soon", body: Self.document(4000))
            #expect(wrong.status == 400 && wrong.body.contains("ttl=soon"))
        }
    }

    @Test func invalidRequestsAreRejected() async throws {
        try await fixture.run { (sidecar) async throws in
            #expect(try sidecar.send("POST /registry", body: "{").status == 400)
            #expect(try sidecar.send("POST /registry", body: Self.document(4000, name: "bad name")).status == 400)
            #expect(try sidecar.send("PUT /registry", body: Self.document(4000)).status == 405)
            for address in ["169.254.169.254", "fe80::1", "[fe80::1]", "::ffff:169.254.169.254"] {
                let refused = try sidecar.send("POST /registry", body: Self.document(80, address: address))
                #expect([400, 403].contains(refused.status), "\(address) \(refused)")
            }
            #expect(
                try sidecar.send("POST /registry", body: Self.document(80, address: "169.254.169.254")).status == 403)
            let app = Self.document(80).replacing(
                #""port":80"#, with: #""port":80,"metadata":{"http_address":"169.254.169.254"}"#)
            #expect(try sidecar.send("POST /registry", body: app).status == 403)
        }
    }

    /// The Python example of Go Micro: a node without metadata, and a JSON-RPC server whose result is a bare string.
    @Test func registeredJSONRPCServerIsCalled() async throws {
        let app = try ScriptedServer { request in
            let call = try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
            let name = ((call?["params"] as? [[String: Any]])?.first?["name"] as? String) ?? "-"
            let id = call?["id"] as? Int ?? -1
            guard call?["method"] as? String == "Say.Hello" else {
                return ScriptedResponse(
                    text: #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32601,"message":"Method not found"}}"#)
            }
            return ScriptedResponse(text: #"{"id":\#(id),"result":"Hello \#(name)","error":null}"#)
        }
        defer { app.stop() }
        try await fixture.run { (sidecar) async throws in
            #expect(try sidecar.send("POST /registry", body: Self.document(app.port)).status == 200)
            let called = try await eventually {
                try sidecar.send("POST /py/say/hello", ["Content-Type: application/json"], body: #"{"name":"A"}"#).body
                    == #""Hello A""#
            }
            #expect(called)
            let (status, error) = try sidecar.post("/py/say/nothing", body: "{}")
            #expect(status == 404 && error["detail"] as? String == "Method not found", "\(error)")
        }
    }
}
