// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroCore
import MicroEdge
import TestSupport
import Testing

@testable import MicroGateway

/// What requests to HTTP services tell the selection of nodes.
@Suite(.blocking, .timeLimit(.minutes(1))) struct NodeOutcomeTests {
    private typealias Behavior = @Sendable (ScriptedConnection) throws -> Void

    /// The gateway closes the connection at its time limit.
    private static let hangs: Behavior = { _ = try $0.read(count: 1) }
    private static let breaksConnections: Behavior = { _ in }
    private static let refuses: Behavior = {
        try $0.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    private let fixture = GatewayFixture()

    /// Sends forty requests to two nodes, one of which behaves as given.
    ///
    /// - Returns: The number of requests to that node. It is about 20 if the node is not ejected.
    private func requestCount(ofNodeThat behavior: @escaping Behavior, isWebSocket: Bool = false) async throws -> Int {
        let received = Counter()
        let node = try ScriptedServer { connection in
            guard try connection.readRequest() != nil else { return }
            received.add()
            try behavior(connection)
        }
        defer { node.stop() }
        let app = try ScriptedServer { connection in
            guard let request = try connection.readRequest() else { return }
            try connection.write(
                request["Upgrade"] == nil
                    ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    : "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        }
        defer { app.stop() }
        try await fixture.register("go.micro.api.app", ports: [node.port, app.port])
        try await fixture.run {
            $0.handler = .http
            $0.edge.limits.requestTimeout = .seconds(1)
        } _: { (port) async throws in
            for _ in 1...40 {
                if isWebSocket {
                    _ = try RawWebSocket(port: port, path: "/app")
                } else {
                    _ = try RawHTTPResponse.exchange(GatewayFixture.text("GET /app"), port: port)
                }
            }
        }
        return received.value
    }

    /// After two timeouts, the node gets only single requests that probe it.
    @Test(arguments: [false, true]) func nodeThatTimesOutIsEjected(isWebSocket: Bool) async throws {
        #expect(try await requestCount(ofNodeThat: Self.hangs, isWebSocket: isWebSocket) < 8)
    }

    @Test(arguments: [false, true]) func nodeThatBreaksConnectionsIsEjected(isWebSocket: Bool) async throws {
        #expect(try await requestCount(ofNodeThat: Self.breaksConnections, isWebSocket: isWebSocket) < 8)
    }

    /// Otherwise, a client with such requests could eject every node.
    @Test func requestThatCannotBeSentTellsNothingAboutTheNode() {
        let closed = MicroError(.closed, "the proxy is closed")
        for error in [UpstreamError.invalidRequest("TRACE is not passed on"), closed] as [any Error] {
            #expect(ReverseProxy.outcome(of: error) == .abandoned)
        }
        #expect(ReverseProxy.outcome(of: UpstreamError.connectionClosed) == .failed)
    }

    /// A status is a response, whatever it says.
    @Test(arguments: [false, true]) func nodeThatRefusesIsNotEjected(isWebSocket: Bool) async throws {
        #expect(try await requestCount(ofNodeThat: Self.refuses, isWebSocket: isWebSocket) >= 8)
    }
}
