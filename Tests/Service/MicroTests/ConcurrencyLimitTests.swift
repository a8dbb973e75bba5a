// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroMemory
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import Micro

private struct Empty: Codable, Sendable {}

@Suite(.timeLimit(.minutes(1))) struct ConcurrencyLimitTests {
    private static let identity = ServerIdentity(name: "svc", logger: LogRecorder().logger, forwardedHeaders: [])

    private func request(_ endpoint: String, body: String = "{}") -> TransportRequest {
        TransportRequest(
            service: "svc", endpoint: endpoint, contentType: "application/json", body: ByteBuffer(string: body),
            deadline: .now + .seconds(30))
    }

    @Test func requestsBeyondConcurrencyLimitAreRejected() async throws {
        let server = Server(Self.identity, codecs: Codecs([JSONCodec()]), limit: 2)
        let (inside, gate) = (Counter(), AsyncStream.makeStream(of: Void.self))
        server.handle("Slow") { (_: Empty, _) in
            inside.add()
            for await _ in gate.stream {}
            return Empty()
        }
        server.handleBuiltIn("Debug.Any") { (_: Empty, _) in Empty() }
        let calls = (0..<2).map { _ in Task { try await server.respond(to: request("Slow")) } }
        #expect(await eventually { inside.value == 2 })
        // What was refused is not in the way of what comes later.
        for _ in 0..<3 {
            let error = try await #require(throws: MicroError.self) { try await server.respond(to: request("Slow")) }
            #expect(error.code == .resourceExhausted && error.isSafeToRetry && error.origin == MicroError.Origin.server)
        }
        #expect(inside.value == 2)
        _ = try await server.respond(to: request("Debug.Any"))

        gate.continuation.finish()
        for call in calls { _ = try await call.value }
        _ = try await server.respond(to: request("Slow"))
        #expect(inside.value == 3)
    }

    @Test func statisticsCountCallsErrorsAndInFlight() async throws {
        let server = Server(Self.identity, codecs: Codecs([JSONCodec()]))
        let gate = AsyncStream.makeStream(of: Void.self)
        server.handle("Fine") { (_: Empty, _) in Empty() }
        server.handle("Fails") { (_: Empty, _) -> Empty in throw MicroError(.permissionDenied, "no") }
        server.handle("Slow") { (_: Empty, _) in
            for await _ in gate.stream {}
            return Empty()
        }
        for _ in 0..<3 { _ = try await server.respond(to: request("Fine")) }
        for body in ["{}", "?"] {
            await #expect(throws: MicroError.self) { try await server.respond(to: request("Fails", body: body)) }
        }
        let slow = Task { try await server.respond(to: request("Slow")) }
        #expect(await eventually { server.statistics.endpoints["Slow"]?.inFlight == 1 })
        gate.continuation.finish()
        _ = try await slow.value
        let (uptime, endpoints) = (server.statistics.uptime, server.statistics.endpoints)
        #expect(uptime > 0)
        #expect(endpoints["Fine"].map { [$0.calls, $0.errors, $0.inFlight] } == [3, 0, 0])
        #expect(endpoints["Fails"].map { [$0.calls, $0.errors, $0.inFlight] } == [2, 2, 0])
        #expect(endpoints["Slow"].map { [$0.calls, $0.errors, $0.inFlight] } == [1, 0, 0])
        #expect(endpoints["Fine"].map { $0.p50 > 0 && $0.p99 >= $0.p50 } == true)
    }

    @Test func histogramQuantilesAreWithin25Percent() {
        #expect(Histogram().quantile(0.5) == 0)
        for microseconds in [1, 3, 4, 7, 8, 100, 999, 12_345, 1_000_000, 59_000_000, 3_600_000_000] {
            var histogram = Histogram()
            histogram.add(.microseconds(microseconds))
            let (low, value) = (Double(microseconds) / 1e6, histogram.quantile(0.5))
            #expect(value > low && value <= low * 1.25 + 1e-6, "\(microseconds)")
        }
        var histogram = Histogram()
        for _ in 0..<98 { histogram.add(.milliseconds(1)) }
        for _ in 0..<2 { histogram.add(.seconds(1)) }
        histogram.add(.seconds(-1))
        histogram.add(.seconds(1_000_000))
        #expect(histogram.quantile(0.5) < 0.002 && histogram.quantile(0.99) >= 1)
    }

    /// An outage: every call finds nobody, and may be repeated (T44).
    @Test func retryBudgetLimitsLoadDuringOutage() async throws {
        let (backend, retries) = (MemoryBackend(), Counter())
        let registry = MemoryRegistry(backend: backend)
        let nodes = (1...3).map { (port: Int) in Node(id: "dead\(port)", address: "127.0.0.1", port: port) }
        try await registry.register(ServiceRecord(name: "svc", nodes: nodes), timeToLive: nil)
        let client = try Client(registry: registry, transport: MemoryTransport(backend: backend))
        for _ in 0..<1000 {
            await #expect {
                try await client.call(
                    "svc", "E", Empty(), options: CallOptions { _ in retries.add() },
                    returning: Empty.self)
            } throws: { ($0 as? MicroError)?.code == .unavailable }
        }
        #expect((200...300).contains(retries.value), "a fifth, and the reserve of 100: \(retries.value)")
        await client.close()
    }
}

@Suite struct PlainCodecTests {
    private func roundTrip<Value: Equatable>(_ value: Value, _ codec: any Codec) throws -> Bool {
        let encode = try #require(codec.encoder(for: Value.self))
        var buffer = ByteBuffer()
        try encode(value, &buffer)
        let decode = try #require(codec.decoder(for: Value.self))
        return try decode(buffer) == value
    }

    @Test func rawAndTextCodecsRoundTrip() throws {
        #expect(try roundTrip(Array(UInt8.min...UInt8.max), RawCodec()))
        #expect(try roundTrip(ByteBuffer(bytes: UInt8.min...UInt8.max), RawCodec()))
        #expect(try roundTrip("☺😈\t\n", TextCodec()))
        var buffer = ByteBuffer(string: "a")
        let encode = try #require(RawCodec().encoder(for: ByteBuffer.self))
        try encode(ByteBuffer(string: "b"), &buffer)
        #expect(String(buffer: buffer) == "ab")
    }

    @Test func rawAndTextCodecsRejectOtherTypes() throws {
        #expect(RawCodec().encoder(for: String.self) == nil && RawCodec().decoder(for: [Int].self) == nil)
        #expect(TextCodec().encoder(for: [UInt8].self) == nil && TextCodec().decoder(for: Int.self) == nil)
        let decode = try #require(TextCodec().decoder(for: String.self))
        #expect { _ = try decode(ByteBuffer(bytes: [0xFF])) } throws: { ($0 as? MicroError)?.code == .invalidArgument }
    }
}
