// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroRabbitMQ

/// Connections to a scripted server.
@Suite(.timeLimit(.minutes(1))) struct RabbitMQSessionTests {
    /// An alarm may last for hours.
    @Test func tasksThatStopWaitingForTheEndOfAnAlarmAreForgotten() async throws {
        let server = try ScriptedRabbitMQ { method, _, connection in
            if method == .connectionOpen {
                try connection.write(
                    ScriptedRabbitMQ.method(.connectionBlocked, on: 0) { $0.shortString("low on memory") })
            }
            return true
        }
        defer { server.stop() }
        let session = try await open(server)
        #expect(await eventually { session.isBlocked })
        for _ in 1...3 {
            let error = await #expect(throws: MicroError.self) { try await session.waitUntilUnblocked(by: .now) }
            #expect(error?.code == .resourceExhausted)
        }
        let waiters = session.state.withLock { $0.unblockedWaiters.count }
        #expect(waiters == 0)
        await session.abort()
    }

    @Test func messageBeforeTheEndOfTheConnectionIsDelivered() async throws {
        let server = try ScriptedRabbitMQ { method, channel, connection in
            guard method == .channelOpen else { return true }
            // One write, which the client receives in one piece.
            try connection.write(Self.delivery(on: channel) + Self.connectionForced)
            return false
        }
        defer { server.stop() }
        let session = try await open(server)
        let received = Counter()
        let channel = try session.makeChannel(.init(delivered: { contents in received.add(contents.count) }))
        channel.send(.channelOpen)
        let error = await session.waitForEnd(until: .now + .seconds(30))
        #expect(error?.code == .unavailable && received.value == 1)
        await session.abort()
    }

    /// The server may have delivered the message before the connection was lost.
    @Test func publicationWithoutConfirmsIsNotRepeatedAfterALostConnection() async throws {
        let publications = Counter()
        let server = try ScriptedRabbitMQ { method, _, _ in
            guard method == .basicPublish else { return true }
            publications.add()
            throw TestServerError(description: "the connection breaks")
        }
        defer { server.stop() }
        let broker = try RabbitMQBroker(configuration: configuration(server.address))
        let error = await #expect(throws: MicroError.self) {
            try await broker.publish(BrokerMessage(text: "x"), to: "t")
        }
        #expect(error?.code == .unavailable && error?.isSafeToRetry == false)
        #expect(publications.value == 1)
        await broker.close(deadline: .now + .seconds(2))
    }

    @Test(arguments: [DeliveryGuarantee.atMostOnce, .atLeastOnce])
    func publicationThatWasNotSentIsSafeToRetry(_ delivery: DeliveryGuarantee) async throws {
        let server = try ScriptedRabbitMQ { method, _, _ in method != .channelOpen }
        defer { server.stop() }
        let broker = try RabbitMQBroker(
            configuration: configuration(server.address, delivery) { $0.timeout = .seconds(1) })
        let error = await #expect(throws: MicroError.self) {
            try await broker.publish(BrokerMessage(text: "x"), to: "t")
        }
        #expect(error?.isSafeToRetry == true, "\(String(describing: error))")
        await broker.close(deadline: .now + .seconds(2))
    }

    @Test func callThatWasNotSentIsSafeToRetry() async throws {
        let server = try ScriptedRabbitMQ { method, _, _ in method != .channelOpen }
        defer { server.stop() }
        let transport = try RabbitMQTransport(configuration: configuration(server.address))
        let request = TransportRequest(
            service: "s", endpoint: "e", contentType: "text/plain", deadline: .now + .seconds(1))
        let error = await #expect(throws: MicroError.self) {
            _ = try await transport.call(request, to: Address(host: "name"))
        }
        #expect(error?.isSafeToRetry == true, "\(String(describing: error))")
        await transport.close()
    }

    private func open(_ server: ScriptedRabbitMQ) async throws -> RabbitMQSession {
        let configuration = configuration(server.address)
        let address = try configuration.parsedAddresses(for: .rabbitMQ(.broker))[0]
        return try await RabbitMQSession.open(address, kind: .rabbitMQ(.broker), configuration: configuration)
    }

    /// A message without a body.
    private static func delivery(on channel: UInt16) -> [UInt8] {
        let method = ScriptedRabbitMQ.method(.basicDeliver, on: channel) { writer in
            writer.shortString("tag")
            writer.integer(UInt64(1))
            writer.octet(0)
            writer.shortString("micro")
            writer.shortString("t")
        }
        var header = AMQPWriter()
        header.frame(.header, on: channel) { writer in
            AMQPContentHeader(bodySize: 0, properties: AMQPProperties()).write(to: &writer)
        }
        return method + header.bytes
    }

    private static var connectionForced: [UInt8] {
        ScriptedRabbitMQ.method(.connectionClose, on: 0) { writer in
            writer.integer(UInt16(320))
            writer.shortString("CONNECTION_FORCED")
            writer.integer(UInt16(0))
            writer.integer(UInt16(0))
        }
    }
}
