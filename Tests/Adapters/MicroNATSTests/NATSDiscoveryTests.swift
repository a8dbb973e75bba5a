// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroNATS
import TestSupport
import Testing

/// Servers that the configured server announces.
@Suite(.timeLimit(.minutes(1))) struct NATSDiscoveryTests {
    /// Announces addresses that accept connections and send nothing, and closes the first connection.
    private func withUnresponsiveServers(
        _ body: (_ server: ScriptedServer, _ unresponsive: [ScriptedServer]) async throws -> Void
    ) async throws {
        let unresponsive = try (0..<4).map { _ in try ScriptedServer { connection in _ = connection.readToEnd() } }
        let urls = unresponsive.map { "\"127.0.0.1:\($0.port)\"" }.joined(separator: ",")
        let connections = Counter()
        let server = try ScriptedServer { connection in
            try connection.write("INFO {\"headers\":true,\"max_payload\":1048576,\"connect_urls\":[\(urls)]}\r\n")
            let isFirst = connections.add() == 1
            while try connection.read(until: "PING\r\n") != nil {
                try connection.write("PONG\r\n")
                // The first connection ends after its login.
                if isFirst { return }
            }
        }
        defer {
            server.stop()
            for each in unresponsive { each.stop() }
        }
        try await body(server, unresponsive)
    }

    @Test func unresponsiveDiscoveredServersDoNotDelayConfiguredOne() async throws {
        try await withUnresponsiveServers { server, _ in
            // A publication that waits for an announced server fails: the connect timeout is longer than its own.
            let settings = configuration("127.0.0.1:\(server.port)") {
                $0.connectTimeout = .seconds(60)
                $0.timeout = .seconds(20)
            }
            try await withBrokers(settings) { publisher, _ in
                try await publisher.publish(BrokerMessage(text: "1"), to: "t")
                #expect(await eventually(within: .seconds(20)) { server.acceptedConnections >= 2 })
                try await publisher.publish(BrokerMessage(text: "2"), to: "t")
            }
        }
    }

    @Test func discoveredServersAreIgnoredIfConfigured() async throws {
        try await withUnresponsiveServers { server, unresponsive in
            try await withBrokers(configuration("127.0.0.1:\(server.port)") { $0.ignoresDiscoveredServers = true }) {
                publisher, _ in
                try await publisher.publish(BrokerMessage(text: "1"), to: "t")
                #expect(await eventually { server.acceptedConnections >= 2 })
                try await publisher.publish(BrokerMessage(text: "2"), to: "t")
            }
            #expect(unresponsive.allSatisfy { $0.acceptedConnections == 0 })
        }
    }
}
