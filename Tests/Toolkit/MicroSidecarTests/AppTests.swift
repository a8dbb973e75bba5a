// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import MicroCore
import MicroEdge
import MicroHTTP
import MicroMemory
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroSidecar

/// Apps beside a sidecar: health, registration and calls.
@Suite(.blocking, .timeLimit(.minutes(1))) struct AppTests {
    private let fixture = SidecarFixture()

    private func app(_ port: Int, _ callProtocol: SidecarAppProtocol = .direct) -> SidecarApp {
        var app = SidecarApp(name: "shop", address: Address(host: "127.0.0.1", port: port))
        app.callProtocol = callProtocol
        app.healthCheck.target = .http("http://127.0.0.1:\(port)/health")
        app.healthCheck.interval = .milliseconds(20)
        app.healthCheck.timeout = .seconds(2)
        return app
    }

    private func isRegistered() async throws -> Bool { try await !fixture.registry.lookUp("shop").isEmpty }

    @Test func appIsRegisteredWhileHealthy() async throws {
        let server = try TestApp { _ in ScriptedResponse(status: 503, text: "starting") }
        var app = app(server.port)
        app.version = "2"
        app.metadata = ["zone": "a"]
        app.endpoints = [Endpoint(name: "Shop.Buy", metadata: ["description": "Buys."])]
        try await fixture.run {
            $0.apps = [app]
        } _: { (sidecar) async throws in
            let unhealthy = try sidecar.send("GET /health")
            #expect(unhealthy.status == 503 && unhealthy.body.contains("Non 200 response: 503"))
            #expect(try await always(during: .milliseconds(200)) { try await !isRegistered() })
            server.set { _ in ScriptedResponse(text: "") }
            #expect(try await eventually { try await isRegistered() })
            let record = try #require(try await fixture.registry.lookUp("shop").first)
            #expect(record.version == "2" && record.endpoints.map(\.name) == ["Shop.Buy"])
            #expect(record.nodes.first?.port == server.port && record.nodes.first?.metadata["zone"] == "a")
            let healthy = try sidecar.send("GET /health")
            #expect(healthy.status == 200 && healthy.body.isEmpty)
            server.set { _ in ScriptedResponse(status: 500, text: "") }
            #expect(try await eventually { try await !isRegistered() })
            server.set { _ in ScriptedResponse(text: "") }
            #expect(try await eventually { try await isRegistered() })
        }
        #expect(try await !isRegistered())
    }

    @Test func addressInUseOfOneOfSeveralAppsIsReported() async throws {
        let server = try TestApp { _ in ScriptedResponse(text: "") }
        let other = try RawListener()
        var configuration = SidecarConfiguration()
        configuration.apps = [app(server.port, .http), app(server.port, .http)]
        configuration.apps[0].name = "first"
        configuration.apps[1].listenAddress = Address(host: "127.0.0.1", port: other.port)
        let supervisor = try AppSupervisor(
            configuration, registry: fixture.registry, broker: fixture.broker, transport: fixture.transport,
            logger: fixture.logs.logger)
        let error = await #expect(throws: MicroError.self) { try await supervisor.run() }
        #expect(error?.message.contains("\(other.port)") == true, "\(String(describing: error))")
    }

    @Test func connectionIsTheDefaultCheck() async throws {
        let server = try TestApp { _ in ScriptedResponse(text: "") }
        var app = SidecarApp(name: "shop", address: Address(host: "127.0.0.1", port: server.port))
        app.healthCheck.interval = .milliseconds(20)
        try await fixture.run {
            $0.apps = [app]
        } _: { (sidecar) async throws in
            #expect(try await eventually { try await isRegistered() })
            #expect(server.requests.isEmpty)
        }
    }

    @Test func intervalThatIsNotBelowTheTimeToLiveFailsTheStart() {
        var app = SidecarApp(name: "shop", address: Address(host: "127.0.0.1", port: 9))
        app.registration.interval = app.registration.timeToLive
        let invalid = app
        let error = #expect(throws: MicroError.self) { _ = try AppSupervisor.testing(invalid) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func thresholdsDelayChanges() {
        var check = AppHealthCheck()
        (check.failureThreshold, check.successThreshold) = (3, 2)
        var tracker = HealthTracker(check)
        let results = [true, true, false, false, true, false, false, false, true, false, true, true]
        let health = results.map { result in
            _ = tracker.record(success: result)
            return tracker.isHealthy
        }
        #expect(
            health == [false, true, true, true, true, true, true, false, false, false, false, true], "\(health)")
    }

    @Test func hangingCheckTimesOut() async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        defer { server.stop() }
        var app = app(server.port)
        app.healthCheck.timeout = .milliseconds(100)
        try await fixture.run {
            $0.apps = [app]
        } _: { (sidecar) async throws in
            let response = try sidecar.send("GET /health")
            #expect(response.status == 408, "\(response)")
            #expect(try await !isRegistered())
        }
    }

    @Test(arguments: [SidecarAppProtocol.http, .jsonRPC]) func callsReachTheApp(_ callProtocol: SidecarAppProtocol)
        async throws
    {
        let seen = Mutex<[String: String]>([:])
        let server = try TestApp { request in
            guard request.method == "POST" else { return ScriptedResponse(text: "") }
            seen.withLock { seen in
                for name in ["X-Tenant", "Micro-Endpoint", "Micro-Timeout-Ms", "Micro-App-Token", "Content-Type"] {
                    seen[name] = request[name]
                }
            }
            let text = String(decoding: request.body, as: UTF8.self)
            switch (callProtocol, request.target) {
            case (.http, "/Shop.Hello"):
                return ScriptedResponse(headers: [("Content-Type", "application/json"), ("X-Answer", "1")], text: text)
            case (.http, "/Shop.Fail"): return ScriptedResponse(status: 409, text: "sold out")
            case (.http, "/Shop.Coded"):
                return ScriptedResponse(status: 500, text: #"{"id":"shop","code":404,"detail":"no such item"}"#)
            case (.jsonRPC, "/") where text.contains("Shop.Hello"):
                return ScriptedResponse(text: #"{"jsonrpc":"2.0","id":1,"result":{"name":"A"}}"#)
            case (.jsonRPC, "/") where text.contains("Shop.Fail"):
                return ScriptedResponse(text: #"{"id":1,"result":null,"error":{"code":409,"message":"sold out"}}"#)
            case (.jsonRPC, "/"):
                let error = #"{\"id\":\"shop\",\"code\":404,\"detail\":\"no such item\"}"#
                return ScriptedResponse(text: #"{"id":1,"result":null,"error":"\#(error)"}"#)
            default: return ScriptedResponse(status: 404, text: "not here")
            }
        }
        try await fixture.run {
            $0.apps = [app(server.port, callProtocol)]
            $0.appToken = Secret("app-token")
        } _: { (_) async throws in
            #expect(try await eventually { try await isRegistered() })
            let client = try Client(registry: fixture.registry, transport: HTTPTransport(), broker: fixture.broker)
            let response: Person = try await client.call(
                "shop", "Shop.Hello", Person(name: "A"),
                options: CallOptions(timeout: .seconds(9), headers: ["X-Tenant": "t"]))
            #expect(response.name == "A")
            let headers = seen.withLock(\.self)
            #expect(headers["X-Tenant"] == "t" && headers["Micro-Endpoint"] == "Shop.Hello", "\(headers)")
            #expect(headers["Micro-App-Token"] == "app-token" && headers["Content-Type"] == "application/json")
            #expect((1...9000).contains(Int(headers["Micro-Timeout-Ms"] ?? "") ?? 0), "\(headers)")
            await #expect {
                let _: Person = try await client.call("shop", "Shop.Fail", Person())
            } throws: { error in
                (error as? MicroError)?.code == .conflict && (error as? MicroError)?.message == "sold out"
                    && (error as? MicroError)?.origin == "shop"
            }
            await #expect {
                let _: Person = try await client.call("shop", "Shop.Coded", Person())
            } throws: { error in
                (error as? MicroError)?.code == .notFound && (error as? MicroError)?.message == "no such item"
            }
            await client.close()
        }
    }

    /// A message must not add members to its request: apps use the last of two methods.
    @Test(arguments: [#"{}],"method":"Admin.Stop","params":[{}"#, "{},{}", "{"])
    func messageCannotChangeTheMethod(_ message: String) {
        let error = #expect(throws: MicroError.self) {
            try AppJSONRPC.request(ByteBuffer(string: message), method: "Shop.Buy")
        }
        #expect(error?.code == .invalidArgument)
    }

    /// Only in go-micro's JSON, `code` is a status.
    @Test(arguments: [#"{"code":"NO_ITEM","message":"sold out"}"#, #"{"error":{"code":404}}"#, #"{"code":1001}"#])
    func otherJSONKeepsTheStatusOfTheApp(_ text: String) async throws {
        let server = try TestApp { request in
            request.method == "POST" ? ScriptedResponse(status: 409, text: text) : ScriptedResponse(text: "")
        }
        try await fixture.run {
            $0.apps = [app(server.port, .http)]
        } _: { (_) async throws in
            #expect(try await eventually { try await isRegistered() })
            let client = try Client(registry: fixture.registry, transport: HTTPTransport(), broker: fixture.broker)
            await #expect {
                let _: Person = try await client.call("shop", "Shop.Buy", Person())
            } throws: { error in
                (error as? MicroError)?.code == .conflict && (error as? MicroError)?.message == text
            }
            await client.close()
        }
    }

    @Test func deadlineAndSizeLimitTheAnswerOfTheApp() async throws {
        let server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                switch request.target {
                case "/Shop.Slow":
                    _ = connection.readToEnd()
                    return
                case "/Shop.Huge":
                    try connection.write(ScriptedResponse(body: [UInt8](repeating: 0x20, count: 8 * 1024 * 1024)))
                default: try connection.write(ScriptedResponse(text: "{}"))
                }
            }
        }
        defer { server.stop() }
        try await fixture.run {
            $0.apps = [app(server.port, .http)]
        } _: { (_) async throws in
            #expect(try await eventually { try await isRegistered() })
            let client = try Client(registry: fixture.registry, transport: HTTPTransport(), broker: fixture.broker)
            await #expect {
                let _: Person = try await client.call(
                    "shop", "Shop.Slow", Person(), options: CallOptions(timeout: .milliseconds(200)))
            } throws: { ($0 as? MicroError)?.code == .deadlineExceeded }
            await #expect {
                let _: Person = try await client.call("shop", "Shop.Huge", Person())
            } throws: { ($0 as? MicroError)?.code == .payloadTooLarge }
            await client.close()
        }
    }

    @Test func endpointMetadataNamesMethodAndPath() async throws {
        let server = try TestApp { ScriptedResponse(text: "{\"name\":\"\($0.method) \($0.target)\"}") }
        var app = app(server.port, .http)
        app.endpoints = [Endpoint(name: "Shop.List", metadata: ["method": "GET", "path": "/items"])]
        try await fixture.run {
            $0.apps = [app]
        } _: { (sidecar) async throws in
            #expect(try await eventually { try await isRegistered() })
            let body = #"{"service":"shop","endpoint":"Shop.List","request":{}}"#
            #expect(try sidecar.post("/rpc", body: body).1["name"] as? String == "GET /items")
        }
    }

    @Test func addressInUseFailsTheStart() async throws {
        let other = try TestApp { _ in ScriptedResponse(text: "") }
        var app = app(other.port, .http)
        app.listenAddress = Address(host: "127.0.0.1", port: other.port)
        var configuration = SidecarConfiguration()
        configuration.edge.address = "127.0.0.1:0"
        configuration.apps = [app]
        let client = try Client(registry: fixture.registry, transport: fixture.transport, broker: fixture.broker)
        let sidecar = try Sidecar(
            configuration: configuration, client: client, registry: fixture.registry, broker: fixture.broker,
            transport: fixture.transport, logger: fixture.logs.logger)
        await #expect {
            try await sidecar.run()
        } throws: { ($0 as? MicroError)?.code == .unavailable }
        await client.close()
        await fixture.transport.close()
    }
}
