// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroNATS

/// Calls and streams when NATS or the peer fails.
@Suite(.requiresLocalNATS, .nats, .serialized, .timeLimit(.minutes(2))) struct NATSTransportOutageTests {
    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    private static func fastDetection(_ configuration: inout NATSConfiguration) {
        configuration.pingInterval = .milliseconds(200)
        configuration.timeout = .seconds(2)
    }

    private static func shortTimeout(_ configuration: inout NATSConfiguration) {
        configuration.timeout = .milliseconds(300)
    }

    @Test func operationsFailWhileServerIsDown() async throws {
        await server.kill()
        try await withTransport(server.url, Self.shortTimeout) { transport in
            let operations: [() async throws -> Void] = [
                {
                    _ = try await transport.call(
                        NATSTransportTests.request("x", timeout: .milliseconds(300)), to: Address(host: "_INBOX.x"))
                },
                {
                    _ = try await transport.open(
                        NATSTransportTests.request("x", timeout: .milliseconds(300)), to: Address(host: "_INBOX.x"))
                },
                { _ = try await transport.bind(to: Address(host: "127.0.0.1", port: 0)) },
            ]
            for operation in operations {
                let error = await #expect(throws: MicroError.self) { try await operation() }
                #expect(error?.code == .unavailable && error?.origin == MicroError.Origin.transport)
                #expect(error?.isSafeToRetry == true && error?.message.contains(server.address) == true)
            }
        }
        try await server.start()
    }

    @Test func transportRecoversAfterServerRestart() async throws {
        let hasBegun = Counter()
        try await withTransport(server.url, Self.fastDetection) { transport in
            let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
            let running = Task {
                try await listener.run { request in
                    hasBegun.add()
                    if request.endpoint == "sleep" { try await Task.sleep(for: .seconds(60)) }
                    return TransportResponse(contentType: "", body: request.body)
                } streams: { endpoint in
                    guard endpoint == "stream" else { return nil }
                    return { _, stream in
                        hasBegun.add()
                        for try await message in stream { try await stream.send(message) }
                    }
                }
            }
            try await withTransport(server.url, Self.fastDetection) { client in
                let call = Task {
                    try await client.call(
                        NATSTransportTests.request("sleep", timeout: .seconds(50)), to: listener.address)
                }
                let stream = try await client.open(
                    NATSTransportTests.request("stream", timeout: .seconds(50)), to: listener.address)
                #expect(await eventually { hasBegun.value == 2 })
                try await server.restart()
                let error = await #expect(throws: MicroError.self) { try await call.value }
                #expect(error?.code == .unavailable && error?.isSafeToRetry == false)
                let failure = await #expect(throws: MicroError.self) { for try await _ in stream {} }
                #expect(failure?.code == .unavailable)
                // The same address works again.
                #expect(
                    await eventually {
                        let response = try? await client.call(
                            NATSTransportTests.request("x", timeout: .seconds(2)), to: listener.address)
                        return response != nil
                    })
            }
            running.cancel()
            try await running.value
        }
    }

    /// One side sends keep-alives, the other one only responds.
    @Test(arguments: [true, false])
    func idleStreamIsKeptAlive(_ clientAsks: Bool) async throws {
        let nothing: (inout NATSConfiguration) -> Void = { _ in }
        try await withTransport(server.url, clientAsks ? nothing : Self.frequentPings) { transport in
            let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
            let running = Task {
                try await listener.run {
                    throw MicroError.streamNotFound($0)
                } streams: {
                    NATSTransportTests.streamEcho($0)
                }
            }
            try await withTransport(server.url, clientAsks ? Self.frequentPings : nothing) { client in
                let stream = try await client.open(
                    NATSTransportTests.request("x", timeout: .seconds(50)), to: listener.address)
                var iterator = stream.makeAsyncIterator()
                try await stream.send(ByteBuffer(string: "there"))
                #expect(try await iterator.next() == ByteBuffer(string: "there"))
                let before = try await server.messagesReceived()
                #expect(await eventually { (try? await server.messagesReceived()) ?? 0 >= before + 8 })
                try await stream.send(ByteBuffer(string: "still there"))
                #expect(try await iterator.next() == ByteBuffer(string: "still there"))
                stream.cancel()
            }
            running.cancel()
            try await running.value
        }
    }

    /// A configuration with frequent pings, and a timeout that is long enough for a busy machine.
    private static func frequentPings(_ configuration: inout NATSConfiguration) {
        configuration.pingInterval = .milliseconds(20)
        configuration.timeout = .milliseconds(500)
    }

    /// The stream has no deadline, and the peer sends no end.
    @Test func deadStreamPeerIsDetected() async throws {
        let (hasBegun, hasFailed) = (Counter(), Counter())
        for diesFirst in ["service", "client"] {
            let service = try NATSTransport(configuration: configuration(server.url, Self.fastDetection))
            let client = try NATSTransport(configuration: configuration(server.url, Self.fastDetection))
            let listener = try await service.bind(to: Address(host: "127.0.0.1", port: 0))
            let before = hasBegun.value
            let running = Task {
                try await listener.run {
                    throw MicroError.streamNotFound($0)
                } streams: { _ in
                    { _, stream in
                        do {
                            try await stream.send(ByteBuffer(string: "there"))
                            hasBegun.add()
                            for try await _ in stream {}
                        } catch let error as MicroError {
                            if error.code == .unavailable { hasFailed.add() }
                            throw error
                        }
                    }
                }
            }
            let stream = try await client.open(
                NATSTransportTests.request("x", timeout: .seconds(60)), to: listener.address)
            var iterator = stream.makeAsyncIterator()
            // Only a peer that is known to be a swift-micro peer is detected: go-micro does not answer pings.
            #expect(try await iterator.next() == ByteBuffer(string: "there"))
            #expect(await eventually { hasBegun.value == before + 1 })
            if diesFirst == "service" {
                // As if its process were killed: the connection ends without an end of the stream.
                service.connection.stop()
                let error = await #expect(throws: MicroError.self) { while try await iterator.next() != nil {} }
                #expect(error?.code == .unavailable)
            } else {
                client.connection.stop()
                #expect(await eventually { hasFailed.value == 1 })
            }
            running.cancel()
            try? await running.value
            await client.close()
            await service.close()
        }
    }
}
