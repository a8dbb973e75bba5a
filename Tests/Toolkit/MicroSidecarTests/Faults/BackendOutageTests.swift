// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConsul
import MicroCore
import MicroNATS
import TestServers
import TestSupport
import Testing

@testable import MicroSidecar

/// A sidecar whose registry or broker is killed and restarted.
@Suite(.requiresLocalConsul, .requiresLocalNATS, .startsServers, .blocking, .serialized, .timeLimit(.minutes(4)))
struct BackendOutageTests {
    private func app(_ server: TestApp) -> SidecarApp {
        var app = SidecarApp(name: "shop", address: Address(host: "127.0.0.1", port: server.port))
        app.callProtocol = .http
        app.healthCheck.interval = .milliseconds(100)
        app.subscriptions = [AppSubscription(topic: "user.created")]
        return app
    }

    @Test func sidecarRecoversAfterRegistryRestartsWithoutData() async throws {
        let consul = try ConsulServer()
        try await consul.start()
        var settings = ConsulConfiguration()
        settings.address = consul.address
        try await closing(try ConsulRegistry(configuration: settings)) { registry in
            let fixture = SidecarFixture(registry: registry)
            let server = try TestApp { _ in ScriptedResponse(text: "{}") }
            try await fixture.run {
                $0.apps = [app(server)]
                $0.allowedHosts = ["test"]
            } _: { (sidecar) async throws in
                func call() throws -> Int? { try sidecar.post("/greeter/say/hello", body: "{}").status }
                func isListed() throws -> Bool { try sidecar.send("GET /registry?service=shop").status == 200 }
                #expect(try await eventually { try isListed() && call() == 200 })
                let watch = try RawWebSocket(port: sidecar.port, path: "/registry?service=shop")
                #expect(watch.read()?.text.contains("\"create\"") == true)
                await consul.kill()
                // Calls succeed, because the nodes are cached. Requests that need the registry fail with status 503.
                #expect(try call() == 200)
                let listed = try sidecar.send("GET /registry")
                #expect(listed.status == 503 && listed.body.contains("\"code\":503"), "\(listed)")
                let registered = try sidecar.send(
                    "POST /registry", ["Content-Type: application/json"],
                    body: #"{"name":"x","nodes":[{"id":"x1","address":"10.0.0.1","port":1}]}"#)
                #expect(registered.status == 503, "\(registered)")
                try await consul.wipe()
                #expect(try await eventually(within: .seconds(60)) { try isListed() })
                #expect(try await eventually { try call() == 200 })
                // The watch has survived.
                try await registry.register(
                    ServiceRecord(name: "shop", version: "9", nodes: [Node(id: "s9", address: "10.0.0.9", port: 9)]),
                    timeToLive: nil)
                let isNoticed = await eventually {
                    watch.read(within: .seconds(1))?.text.contains("10.0.0.9") == true
                }
                #expect(isNoticed)
            }
        }
        await consul.end()
    }

    @Test func sidecarRecoversAfterBrokerRestart() async throws {
        let nats = try NATSServer()
        try await nats.start()
        var settings = NATSConfiguration()
        settings.address = nats.address
        settings.timeout = .seconds(2)
        try await closing(try NATSBroker(configuration: settings)) { broker in
            let fixture = SidecarFixture(broker: broker)
            let server = try TestApp { _ in ScriptedResponse(text: "") }
            try await fixture.run {
                $0.apps = [app(server)]
                $0.allowedHosts = ["test"]
            } _: { (sidecar) async throws in
                func publish(_ body: String) throws -> Int? {
                    try sidecar.send("POST /broker?topic=user.created", ["Content-Type: text/plain"], body: body).status
                }
                func isDelivered(_ body: String) -> Bool {
                    server.requests.contains("POST /events/user.created \(body)")
                }
                let socket = try RawWebSocket(port: sidecar.port, path: "/broker?topic=user.created")
                #expect(await eventually { fixture.logs.has("subscribed") })
                #expect(try await eventually { try publish("before") == 200 && isDelivered("before") })
                await nats.kill()
                #expect(try await eventually { try publish("lost") == 503 })
                // Calls do not need the broker.
                #expect(try sidecar.post("/greeter/say/hello", body: "{}").status == 200)
                try await nats.start()
                #expect(
                    try await eventually(within: .seconds(60)) { try publish("after") == 200 && isDelivered("after") })
                let body = Data("after".utf8).base64EncodedString()
                let isReceived = await eventually { socket.read(within: .seconds(1))?.text.contains(body) == true }
                #expect(isReceived)
            }
        }
        await nats.end()
    }
}
