// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import MicroCore
import MicroEdge
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import MicroGateway

/// Requests and WebSockets to nodes with TLS.
@Suite(.blocking, .enabled(if: Certificates.canBeCreated), .timeLimit(.minutes(1))) struct NodeTLSTests {
    private let fixture = GatewayFixture()

    /// Runs a gateway with a node that responds to requests with `secure`, and sends messages of WebSockets back.
    ///
    /// - Parameter isTrusted: Whether the gateway trusts the authority of the node.
    private func run(
        isTrusted: Bool, _ body: (Int) async throws -> Void
    ) async throws {
        let certificates = try await Certificates()
        let identity = try await certificates.identity("node", subjectAlternativeName: "IP:127.0.0.1")
        var configuration = EdgeConfiguration()
        configuration.address = "127.0.0.1:0"
        configuration.allowedHosts = ["test"]
        configuration.tls = EdgeTLSConfiguration(certificateFile: identity.certificate, keyFile: identity.key)
        let node = try EdgeServer(
            configuration: configuration, logger: fixture.logger,
            webSockets: { _, _ in
                WebSocketUpgrade { socket in for try await message in socket { try await socket.send(message) } }
            }, handler: { _, _ in Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "secure"))) })
        try await withThrowingTaskGroup { group in
            group.addTask { try await node.run() }
            let port = try #require(try await node.listeningAddress().port)
            try await fixture.register("go.micro.api.app", ports: [port], metadata: ["scheme": "https"])
            try await fixture.run {
                $0.handler = .http
                if isTrusted { $0.nodeAuthorityFile = certificates.certificateAuthorityFile }
            } _: {
                try await body($0)
            }
            group.cancelAll()
        }
    }

    @Test func nodesOfATrustedAuthorityAreReached() async throws {
        try await run(isTrusted: true) { (port) async throws in
            let response = try RawHTTPResponse.exchange(GatewayFixture.text("GET /app"), port: port)
            #expect(response?.status == 200 && response?.content == "secure")
            let socket = try RawWebSocket(port: port, path: "/app/socket")
            #expect(socket.status == 101)
            socket.send("hello")
            #expect(socket.read()?.text == "hello")
        }
    }

    @Test func nodesOfAnotherAuthorityAreNotReached() async throws {
        try await run(isTrusted: false) { (port) async throws in
            #expect(try RawHTTPResponse.exchange(GatewayFixture.text("GET /app"), port: port)?.status == 502)
            #expect(try RawWebSocket(port: port, path: "/app/socket").status == 502)
        }
    }

    @Test func unreadableAuthorityFileFailsAtStart() throws {
        var configuration = GatewayConfiguration()
        configuration.nodeAuthorityFile = "/missing/ca.pem"
        let error = #expect(throws: MicroError.self) { try configuration.check() }
        #expect(error?.code == .invalidArgument && error?.message.contains("/missing/ca.pem") == true)
    }
}
