// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import MicroCore
import MicroEdge
import MicroHTTP
import NIOCore
import ServiceLifecycle
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroSidecar

/// Apps that hang, end, change their health, or respond with anything.
@Suite(.blocking, .timeLimit(.minutes(2))) struct FailingAppTests {
    private let fixture = SidecarFixture()

    private func app(_ port: Int, _ callProtocol: SidecarAppProtocol = .http) -> SidecarApp {
        var app = SidecarApp(name: "shop", address: Address(host: "127.0.0.1", port: port))
        app.callProtocol = callProtocol
        app.healthCheck.interval = .milliseconds(20)
        return app
    }

    private func isRegistered() async throws -> Bool { try await !fixture.registry.lookUp("shop").isEmpty }

    /// The error of a call of an endpoint through the listener of the app; nil if it succeeds.
    private func failure(_ client: Client, _ endpoint: String, within timeout: Duration = .seconds(20)) async throws
        -> MicroError?
    {
        do {
            _ = try await client.invoke(
                "shop", endpoint, body: ByteBuffer(string: "{}"), options: CallOptions(timeout: timeout, retries: 0))
            return nil
        } catch let error as MicroError { return error }
    }

    private func withClient(_ body: (Client) async throws -> Void) async throws {
        let client = try Client(registry: fixture.registry, transport: HTTPTransport(), broker: fixture.broker)
        try await body(client)
        await client.close()
    }

    @Test func appThatHangsIsDeregisteredAndCallsEndAtTheirDeadline() async throws {
        let hangingPaths = Mutex<Set<String>>([])
        let server = try TestApp { request in
            while hangingPaths.withLock({ $0.contains(request.target) }) { Thread.sleep(forTimeInterval: 0.01) }
            return ScriptedResponse(text: "{}")
        }
        defer { hangingPaths.withLock { $0 = [] } }
        var app = app(server.port)
        app.healthCheck.target = .http("http://127.0.0.1:\(server.port)/health")
        app.healthCheck.timeout = .milliseconds(200)
        app.healthCheck.failureThreshold = 2
        try await fixture.run {
            $0.apps = [app]
        } _: { (sidecar) async throws in
            #expect(try await eventually { try await isRegistered() })
            try await withClient { (client) async throws in
                #expect(try await failure(client, "Shop.Buy") == nil)
                hangingPaths.withLock { $0 = ["/Shop.Buy"] }
                try await withThrowingTaskGroup { group in
                    for _ in 0..<50 {
                        group.addTask { try await failure(client, "Shop.Buy", within: .milliseconds(500))?.code }
                    }
                    for try await code in group { #expect(code == .deadlineExceeded) }
                }
                hangingPaths.withLock { $0 = ["/health", "/Shop.Buy"] }
                #expect(try await eventually { try await !isRegistered() })
                // The sidecar serves its other clients.
                #expect(try sidecar.post("/greeter/say/hello", body: "{}").status == 200)
                hangingPaths.withLock { $0 = [] }
                #expect(try await eventually { try await isRegistered() })
                #expect(await eventually { (try? await failure(client, "Shop.Buy")) == nil })
            }
        }
    }

    /// The calls of the apps are finished even if the server of the sidecar has no requests.
    @Test func gracefulShutdownFinishesTheCallsOfApps() async throws {
        let (started, ended) = (Counter(), Counter())
        let isHeld = Atomic(true)
        let server = try TestApp { request in
            if request.target == "/Shop.Buy" {
                started.add()
                while isHeld.load(ordering: .relaxed) { Thread.sleep(forTimeInterval: 0.01) }
            }
            return ScriptedResponse(text: "{}")
        }
        defer { isHeld.store(false, ordering: .relaxed) }
        var configuration = SidecarConfiguration()
        configuration.edge.address = "127.0.0.1:0"
        configuration.apps = [app(server.port)]
        try await withClient { (client) async throws in
            let sidecar = try Sidecar(
                configuration: configuration, client: client, registry: fixture.registry, broker: fixture.broker,
                transport: fixture.transport, logger: fixture.logs.logger)
            let group = ServiceGroup(configuration: .init(services: [sidecar], logger: fixture.logs.logger))
            let running = Task {
                try await group.run()
                ended.add()
            }
            let port = try #require(try await sidecar.listeningAddress().port)
            #expect(try await eventually { try await isRegistered() })
            async let error = failure(client, "Shop.Buy")
            #expect(await eventually { started.value == 1 })
            await group.triggerGracefulShutdown()
            #expect(await eventually { (try? RawSocket(port: port)) == nil })
            #expect(try await eventually { try await !isRegistered() })
            #expect(await always(during: .milliseconds(200)) { ended.value == 0 })
            isHeld.store(false, ordering: .relaxed)
            #expect(try await error == nil)
            try await running.value
        }
        await fixture.transport.close()
    }

    @Test func appThatEndsWithinAResponseFailsTheCallOnly() async throws {
        let server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                guard request.target == "/Shop.Crash" else {
                    try connection.write(ScriptedResponse(text: "{}"))
                    continue
                }
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ncut")
                return connection.reset()
            }
        }
        defer { server.stop() }
        try await fixture.run {
            $0.apps = [app(server.port)]
        } _: { (_) async throws in
            #expect(try await eventually { try await isRegistered() })
            try await withClient { (client) async throws in
                for _ in 0..<20 {
                    let error = try await failure(client, "Shop.Crash")
                    // The app may have done its work: the call must not be repeated.
                    #expect(error?.code == .unavailable && error?.isSafeToRetry == false, "\(error as Any)")
                    #expect(try await failure(client, "Shop.Buy") == nil)
                }
            }
        }
    }

    @Test func appThatHasEndedIsDeregisteredAndItsCallsMayBeRepeated() async throws {
        let server = try ScriptedServer(responding: { _ in ScriptedResponse(text: "{}") })
        var app = app(server.port)
        app.healthCheck.target = .none
        try await fixture.run {
            $0.apps = [app]
        } _: { (_) async throws in
            #expect(try await eventually { try await isRegistered() })
            try await withClient { (client) async throws in
                #expect(try await failure(client, "Shop.Buy") == nil)
                server.stop()
                let error = try await failure(client, "Shop.Buy")
                #expect(error?.code == .unavailable, "\(error as Any)")
            }
        }
    }

    @Test func appWhoseHealthAlternatesStaysRegisteredBelowTheThreshold() async throws {
        let checks = Counter()
        let server = try TestApp { request in
            guard request.target == "/health" else { return ScriptedResponse(text: "{}") }
            // Two of three checks fail.
            return ScriptedResponse(status: checks.add() % 3 == 1 ? 200 : 503, text: "")
        }
        var app = app(server.port)
        app.healthCheck.target = .http("http://127.0.0.1:\(server.port)/health")
        app.healthCheck.timeout = .seconds(2)
        try await fixture.run {
            $0.apps = [app]
        } _: { (_) async throws in
            #expect(try await eventually { try await isRegistered() })
            #expect(try await always(during: .milliseconds(500)) { try await isRegistered() })
            #expect(!fixture.logs.has("app became unhealthy"))
        }
        #expect(try await !isRegistered())
    }

    @Test(arguments: [SidecarAppProtocol.http, .jsonRPC])
    func responsesOfAnyBytesFailTheCallOnly(_ callProtocol: SidecarAppProtocol) async throws {
        let deep = String(repeating: "[", count: 100_000)
        let responses = [
            "\u{0}\u{1}\u{2}\u{3} garbage\r\n\r\n", "HTTP/1.1 99999 X\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
            "HTTP/1.1 200 OK\r\nX: \(String(repeating: "a", count: 1_000_000))\r\n\r\n",
            "HTTP/1.1 500 X\r\nContent-Length: \(deep.count)\r\n\r\n\(deep)",
            "HTTP/1.1 500 X\r\nContent-Length: 8\r\n\r\n{\"code\":",
        ]
        let current = Mutex("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        let server = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            try connection.write(current.withLock(\.self))
        }
        defer { server.stop() }
        var app = app(server.port, callProtocol)
        // One check: the app remains registered whatever it sends.
        app.healthCheck.interval = .seconds(60)
        try await fixture.run { [app] in
            $0.apps = [app]
        } _: { (sidecar) async throws in
            #expect(try await eventually { try await isRegistered() })
            try await withClient { (client) async throws in
                for response in responses {
                    current.withLock { $0 = response }
                    let error = try await failure(client, "Shop.Buy")
                    #expect(error != nil, "\(response.prefix(60))")
                }
                current.withLock { $0 = "HTTP/1.1 200 OK\r\nContent-Length: \(deep.count)\r\n\r\n\(deep)" }
                // JSON of an app is passed on; JSON-RPC has to be read.
                let error = try await failure(client, "Shop.Buy")
                #expect((error == nil) == (callProtocol == .http), "\(error.map { "\($0)" } ?? "no error")")
                let text = #"{"id":1,"result":"x"}"#
                current.withLock { $0 = "HTTP/1.1 200 OK\r\nContent-Length: \(text.count)\r\n\r\n\(text)" }
                #expect(try await failure(client, "Shop.Buy") == nil)
            }
            #expect(try sidecar.post("/greeter/say/hello", body: "{}").status == 200)
        }
    }

    /// A response of 100 MB, with its length or without it.
    @Test(arguments: [true, false]) func hugeResponseIsRefusedWithoutMemoryForIt(_ hasLength: Bool) async throws {
        let size = 100 * 1024 * 1024
        let peak = Mutex<UInt64>(0)
        let server = try ScriptedServer { connection in
            let part = [UInt8](repeating: 0x20, count: 1024 * 1024)
            while let request = try connection.readRequest() {
                guard request.target == "/Shop.Huge" else {
                    try connection.write(ScriptedResponse(text: "{}"))
                    continue
                }
                let length = hasLength ? "Content-Length: \(size)" : "Transfer-Encoding: chunked"
                try connection.write("HTTP/1.1 200 OK\r\n\(length)\r\n\r\n")
                for _ in 0..<(size / part.count) {
                    peak.withLock { $0 = max($0, ProcessStatistics.current.residentBytes) }
                    if !hasLength { try connection.write("100000\r\n") }
                    try connection.write(part)
                    if !hasLength { try connection.write("\r\n") }
                }
            }
        }
        defer { server.stop() }
        try await fixture.run {
            $0.apps = [app(server.port)]
        } _: { (_) async throws in
            #expect(try await eventually { try await isRegistered() })
            try await withClient { (client) async throws in
                #expect(try await failure(client, "Shop.Buy") == nil)
                let before = ProcessStatistics.current.residentBytes
                for _ in 0..<3 {
                    #expect(try await failure(client, "Shop.Huge")?.code == .payloadTooLarge)
                }
                let growth = Int64(peak.withLock(\.self)) - Int64(before)
                #expect(growth < 40 * 1024 * 1024, "\(growth) bytes")
                #expect(try await failure(client, "Shop.Buy") == nil)
            }
        }
    }
}
