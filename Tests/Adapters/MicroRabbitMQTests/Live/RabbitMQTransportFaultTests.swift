// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import MicroRabbitMQ

/// Calls and streams when RabbitMQ or the peer fails.
@Suite(.faultRun, .requiresLocalRabbitMQ, .rabbitMQ, .serialized, .timeLimit(.minutes(5)))
struct RabbitMQTransportFaultTests {
    private let server: RabbitMQServer

    init() throws { server = try #require(RabbitMQServer.current) }

    @Test func transportRecoversAfterServerRestart() async throws {
        let hasBegun = Counter()
        let (service, client) = (try transport(), try transport())
        let (listener, running) = try await serve(by: service, hasBegun)
        let call = Task { try await client.call(Self.request("sleep"), to: listener.address) }
        let stream = try await client.open(Self.request("stream"), to: listener.address)
        #expect(await eventually { hasBegun.value == 2 })
        await server.kill()
        let error = await #expect(throws: MicroError.self) { _ = try await call.value }
        #expect(error?.code == .unavailable && error?.isSafeToRetry == false)
        let failure = await #expect(throws: MicroError.self) { for try await _ in stream {} }
        #expect(failure?.code == .unavailable)
        let operations: [() async throws -> Void] = [
            { _ = try await client.call(Self.request("x", timeout: .milliseconds(300)), to: listener.address) },
            { _ = try await client.open(Self.request("x", timeout: .milliseconds(300)), to: listener.address) },
        ]
        for operation in operations {
            let error = await #expect(throws: MicroError.self) { try await operation() }
            #expect(error?.isSafeToRetry == true && error?.origin == MicroError.Origin.transport)
        }
        #expect(listener.problem != nil)
        try await server.start()
        // The same address works again.
        #expect(
            await eventually(within: .seconds(30)) {
                (try? await client.call(Self.request("x", timeout: .seconds(2)), to: listener.address)) != nil
            })
        #expect(listener.problem == nil)
        running.cancel()
        try await running.value
        for transport in [client, service] { await transport.close() }
    }

    /// The failure is detected before the deadline of the stream, although the peer sends no end.
    @Test(arguments: ["service", "client"]) func deadStreamPeerIsDetected(_ diesFirst: String) async throws {
        let (hasBegun, hasFailed) = (Counter(), Counter())
        let (service, client) = (try transport(), try transport())
        let (listener, running) = try await serve(by: service, hasBegun, hasFailed)
        let stream = try await client.open(Self.request("stream"), to: listener.address)
        var iterator = stream.makeAsyncIterator()
        // Only a peer that is known to be a swift-micro peer is detected: go-micro does not answer pings.
        #expect(try await iterator.next() == ByteBuffer(string: "there"))
        #expect(await eventually { hasBegun.value == 1 })
        // Simulates a killed process: the connection closes, and nothing ends the stream.
        if diesFirst == "service" {
            service.connection.stop()
            let error = await #expect(throws: MicroError.self) { while try await iterator.next() != nil {} }
            #expect(error?.code == .unavailable)
        } else {
            client.connection.stop()
            #expect(await eventually { hasFailed.value == 1 })
        }
        running.cancel()
        try? await running.value
        for transport in [client, service] { await transport.close() }
    }

    /// A memory alarm blocks connections that publish.
    @Test func callsFailAtTheirDeadlineDuringMemoryAlarm() async throws {
        let (service, client) = (try transport(), try transport())
        let (listener, running) = try await serve(by: service, Counter())
        _ = try await client.call(Self.request("x"), to: listener.address)
        try await server.setAlarm(true)
        // RabbitMQ blocks a connection when it publishes during the alarm, so the first calls can have another result.
        #expect(
            await eventually {
                do {
                    _ = try await client.call(Self.request("x", timeout: .seconds(1)), to: listener.address)
                    return false
                } catch let error as MicroError {
                    return error.code == .resourceExhausted && error.isSafeToRetry
                } catch {
                    return false
                }
            })
        // The alarm ends only after the call.
        let error = await #expect(throws: MicroError.self) {
            _ = try await client.call(Self.request("x", timeout: .seconds(1)), to: listener.address)
        }
        #expect(error?.code == .resourceExhausted && error?.isSafeToRetry == true)
        try await server.setAlarm(false)
        #expect(
            await eventually {
                (try? await client.call(Self.request("x", timeout: .seconds(2)), to: listener.address)) != nil
            })
        running.cancel()
        try await running.value
        for transport in [client, service] { await transport.close() }
    }

    /// The server ends the consumer of a listener.
    @Test func deletedQueueOfListenerIsRestored() async throws {
        let (service, client) = (try transport(), try transport())
        let (listener, running) = try await serve(by: service, Counter())
        _ = try await client.call(Self.request("x"), to: listener.address)
        try await server.control("delete_queue", listener.address.host)
        #expect(
            await eventually {
                (try? await client.call(Self.request("x", timeout: .seconds(2)), to: listener.address)) != nil
            })
        running.cancel()
        try await running.value
        for transport in [client, service] { await transport.close() }
    }

    // MARK: Helpers

    private func transport() throws -> RabbitMQTransport {
        try RabbitMQTransport(
            configuration: configuration(server.url) { $0.timeout = .seconds(2) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private static func request(_ endpoint: String, timeout: Duration = .seconds(60)) -> TransportRequest {
        TransportRequest(
            service: "greeter", endpoint: endpoint, contentType: "text/plain", body: ByteBuffer(),
            deadline: .now + timeout)
    }

    private func serve(
        by transport: RabbitMQTransport, _ hasBegun: Counter, _ hasFailed: Counter = Counter()
    ) async throws -> (any TransportListener, Task<Void, any Error>) {
        let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
        let running = Task {
            try await listener.run { request in
                hasBegun.add()
                if request.endpoint == "sleep" { try await Task.sleep(for: .seconds(60)) }
                return TransportResponse(contentType: "", body: request.body)
            } streams: { endpoint in
                guard endpoint == "stream" else { return nil }
                return { _, stream in
                    do {
                        try await stream.send(ByteBuffer(string: "there"))
                        hasBegun.add()
                        for try await _ in stream {}
                    } catch {
                        hasFailed.add()
                        throw error
                    }
                }
            }
        }
        return (listener, running)
    }
}
