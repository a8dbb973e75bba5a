// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroNATS
import Synchronization
import TestServers
import TestSupport
import Testing

/// Servers that violate the protocol cause a typed error by the deadline, and no trap.
@Suite(.blocking, .timeLimit(.minutes(2))) struct NATSHostileServerTests {
    static let infoMessage = "INFO {\"version\":\"2.9.10\",\"headers\":true,\"max_payload\":1048576}\r\n"

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "INFO nonsense\r\n", "-ERR 'Authorization Violation'\r\n", "",
        "INFO {\"max_payload\":1}\r\nMSG a 1 99999999999\r\n", "\u{0}\u{0}\u{0}\r\n",
    ])
    func invalidGreetingsAreRejected(_ greeting: String) async throws {
        let server = try ScriptedServer { connection in try connection.write(greeting) }
        let error = try await failure(server)
        #expect([.unavailable, .internal, .unauthenticated].contains(error?.code), "\(String(describing: error))")
        #expect(error?.message.contains("127.0.0.1:\(server.port)") == true)
        // The client reconnects, but with backoff.
        #expect(server.acceptedConnections < 30)
        server.stop()
    }

    @Test func silentServerTimesOut() async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        let error = try await failure(server)
        #expect([.unavailable, .deadlineExceeded].contains(error?.code))
        server.stop()
    }

    @Test func unterminatedLineIsRejected() async throws {
        let server = try ScriptedServer { connection in
            for _ in 0..<1000 { try connection.write([UInt8](repeating: 0x49, count: 64 * 1024)) }
        }
        #expect(try await failure(server)?.code == .internal)
        server.stop()
    }

    @Test func truncatedMessageIsNotDelivered() async throws {
        let server = try ScriptedServer { connection in
            try connection.write(Self.infoMessage)
            _ = try connection.read(until: "PING\r\n")
            try connection.write("PONG\r\n")
            let id = try connection.readSubscription()
            try connection.write("PONG\r\nMSG t \(id) 5\r\nwhole\r\nMSG t \(id) 5\r\nha")
        }
        try await withBrokers(configuration("127.0.0.1:\(server.port)")) { _, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: "t"))
            #expect(await inbox.waitForCount(2))
            // Each connection delivers the complete message, and never the truncated one.
            #expect(inbox.texts.allSatisfy { $0 == "whole" })
        }
        server.stop()
    }

    @Test func unknownSubscriptionsAndErrorsAreIgnored() async throws {
        let server = try ScriptedServer { connection in
            try connection.write(Self.infoMessage)
            _ = try connection.read(until: "PING\r\n")
            try connection.write("PONG\r\n")
            let id = try connection.readSubscription()
            try connection.write("-ERR 'Invalid Subject'\r\n+OK\r\nMSG t 77 2\r\nhi\r\nPONG\r\nPING\r\n")
            try connection.write("MSG t \(id) 2\r\nok\r\n")
            _ = connection.readToEnd()
        }
        try await withBrokers(configuration("127.0.0.1:\(server.port)")) { _, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: "t"))
            #expect(await inbox.waitForCount(1))
            #expect(inbox.texts == ["ok"])
        }
        #expect(server.acceptedConnections == 1)
        server.stop()
    }

    /// Announced addresses are validated.
    @Test func invalidDiscoveredAddressesAreIgnored() async throws {
        let server = try ScriptedServer { connection in
            let urls = (0..<1000).map { "\"x\($0):99999\",\"\($0)\"" }.joined(separator: ",")
            try connection.write("INFO {\"max_payload\":-5,\"connect_urls\":[\(urls)]}\r\n")
            while try connection.read(until: "PING\r\n") != nil { try connection.write("PONG\r\n") }
        }
        try await withBrokers(configuration("127.0.0.1:\(server.port)")) { publisher, _ in
            try await publisher.publish(BrokerMessage(), to: "t")
            let error = await #expect(throws: MicroError.self) {
                try await publisher.publish(BrokerMessage(text: "x"), to: "t")
            }
            #expect(error?.code == .payloadTooLarge)
        }
        server.stop()
    }

    /// The interval is measured from the last received byte. Measured from the last check, it could take twice as long.
    @Test func idleServerIsPingedAfterPingInterval() async throws {
        let silence = Mutex<Duration?>(nil)
        let server = try ScriptedServer { connection in
            try connection.write(Self.infoMessage)
            for _ in 0..<2 {
                _ = try connection.read(until: "PING\r\n")
                try connection.write("PONG\r\n")
            }
            Thread.sleep(forTimeInterval: 1)
            let sign = ContinuousClock.now
            try connection.write("PING\r\n")
            _ = try connection.read(until: "PING\r\n")
            silence.withLock { $0 = $0 ?? (ContinuousClock.now - sign) }
        }
        defer { server.stop() }
        let configuration = configuration("127.0.0.1:\(server.port)") { $0.pingInterval = .seconds(10) }
        try await withBrokers(configuration) { _, subscriber in
            _ = try await subscriber.subscribe(to: "t")
            #expect(await eventually { silence.withLock { $0 } != nil })
            // Measured from the last check, it would be about 19 s.
            #expect(silence.withLock { $0.map { $0 >= .seconds(10) && $0 < .seconds(17) } } == true)
        }
    }

    private func failure(_ server: ScriptedServer) async throws -> MicroError? {
        let configuration = configuration("127.0.0.1:\(server.port)") {
            $0.timeout = .seconds(1)
            $0.connectTimeout = .milliseconds(400)
        }
        return try await withBrokers(configuration) { publisher, _ in
            // Without a deadline, it would never end: the client connects again and again.
            let error = await #expect(throws: MicroError.self) { try await publisher.publish(BrokerMessage(), to: "t") }
            return error
        }
    }
}

extension ScriptedConnection {
    /// The ID of the next subscription that the client sends.
    fileprivate func readSubscription() throws -> String {
        _ = try read(until: "SUB t ")
        return String(decoding: try read(until: "\r\n") ?? [], as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
