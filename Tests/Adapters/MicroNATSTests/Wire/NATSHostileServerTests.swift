// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import Logging
import MicroCore
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroNATS

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

    /// An attacker between client and server can add messages to the plain text before the handshake.
    @Test func messagesBeforeTheTLSHandshakeAreDropped() async throws {
        let server = try ScriptedServer { connection in
            try connection.write("INFO {\"tls_required\":true}\r\nMSG t 1 2\r\nhi\r\nMSG t 2 2\r\nhi\r\n")
            _ = try connection.read(count: 1)
        }
        let received = Counter()
        let connection = try NATSConnectionManager(
            configuration("tls://127.0.0.1:\(server.port)"), role: .broker,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let subscription = try connection.subscribe("t", receive: { messages in received.add(messages.count) })
        #expect([1, 2].contains(subscription.id))
        let confirmation = Task { try await connection.confirm(subscription, by: .now + .seconds(60)) }
        // The first connection has ended.
        #expect(await eventually { server.acceptedConnections >= 2 })
        #expect(received.value == 0)
        await connection.stop()?.value
        confirmation.cancel()
        _ = await confirmation.result
        server.stop()
    }

    /// A larger payload would make the server close the connection, and the message would be lost.
    @Test func payloadLimitIsCheckedBeforeTheFirstMessage() async throws {
        let server = try ScriptedServer { connection in
            try connection.write("INFO {\"headers\":true,\"max_payload\":1000}\r\n")
            while try connection.read(until: "PING\r\n") != nil { try connection.write("PONG\r\n") }
        }
        let address = "127.0.0.1:\(server.port)"
        let body = ByteBuffer(repeating: 1, count: 1001)
        try await withBrokers(configuration(address)) { publisher, requester in
            let publication = await #expect(throws: MicroError.self) {
                try await publisher.publish(BrokerMessage(body: body), to: "t")
            }
            #expect(publication?.code == .payloadTooLarge && publication?.isSafeToRetry == true)
            let request = await #expect(throws: MicroError.self) {
                try await requester.request(BrokerMessage(body: body), to: "t", deadline: .now + .seconds(20))
            }
            #expect(request?.code == .payloadTooLarge)
        }
        let request = NATSTransportTests.request("x", body: body)
        try await withTransport(address) { transport in
            let error = await #expect(throws: MicroError.self) {
                try await transport.call(request, to: Address(host: "_INBOX.x"))
            }
            #expect(error?.code == .payloadTooLarge)
        }
        try await withTransport(address) { transport in
            let error = await #expect(throws: MicroError.self) {
                try await transport.open(request, to: Address(host: "_INBOX.x"))
            }
            #expect(error?.code == .payloadTooLarge)
        }
        server.stop()
    }

    /// The server does not confirm the subscription.
    @Test func closingEndsPendingSubscribe() async throws {
        let hasSubscribed = Counter()
        let server = try ScriptedServer { connection in
            try connection.write(Self.infoMessage)
            _ = try connection.read(until: "PING\r\n")
            try connection.write("PONG\r\n")
            _ = try connection.readSubscription()
            hasSubscribed.add()
            _ = connection.readToEnd()
        }
        let broker = try NATSBroker(
            configuration: configuration("127.0.0.1:\(server.port)") { $0.timeout = .seconds(60) })
        let subscribing = Task { _ = try await broker.subscribe(to: "t") }
        #expect(await eventually { hasSubscribed.value == 1 })
        await broker.close(deadline: .now)
        let error = await #expect(throws: MicroError.self) { try await subscribing.value }
        #expect(error?.code == .closed)
        server.stop()
    }

    /// The connection ends before the confirmation of a publication, and later ones are refused: the last attempt sends
    /// nothing, but the first may have stored the message.
    @Test func publicationThatMayBeStoredIsNotSafeToRetry() async throws {
        let connections = Counter()
        let server = try ScriptedServer { connection in
            guard connections.add() == 1 else { return }
            let nats = try ScriptedNATSConnection(connection)
            guard let inbox = try nats.subscription(where: { $0.hasSuffix(".>") }),
                let reply = try nats.publication(to: "$JS.API.STREAM.INFO.TESTS")?.reply
            else { return }
            let stream = #"{"config":{"name":"TESTS","subjects":["t"]},"created":"2026-01-01T00:00:00Z"}"#
            try nats.deliver(stream, to: reply, as: inbox.id)
            _ = try nats.publication(to: "t")
        }
        let settings = configuration("127.0.0.1:\(server.port)") {
            $0.delivery = .atLeastOnce(stream: "TESTS")
            $0.timeout = .seconds(2)
        }
        try await withBrokers(settings) { publisher, _ in
            let error = await #expect(throws: MicroError.self) {
                try await publisher.publish(BrokerMessage(text: "hi"), to: "t")
            }
            #expect(connections.value >= 2)
            #expect(error?.code == .unavailable && error?.isSafeToRetry == false)
        }
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
