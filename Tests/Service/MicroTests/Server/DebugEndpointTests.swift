// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import TestServers
import Testing

@testable import Micro

/// `Debug.Health` and `Debug.Stats` in go-micro's messages. The requests and the fields of the responses were recorded from
/// go-micro v0.20 to v4.11.
@Suite(.timeLimit(.minutes(1))) struct DebugEndpointTests {
    private let server: Server

    init() throws {
        server = try Server(.test())
        server.addDebugEndpoints(
            health: ServiceHealth(
                service: "svc", conditions: [], registration: { .registered }, subscriptionProblem: { nil }))
    }

    private func response(_ endpoint: String, _ contentType: String, body: String = "{}\n") async throws -> ByteBuffer {
        let response = try await server.respond(
            to: TransportRequest(
                service: "svc", endpoint: endpoint, contentType: contentType,
                body: ByteBuffer(string: contentType == "application/json" ? body : ""),
                deadline: .now + .seconds(30)))
        #expect(response.contentType == contentType)
        return response.body
    }

    private func jsonObject(_ body: ByteBuffer) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any])
    }

    @Test func healthMatchesRecordedBytes() async throws {
        #expect(String(buffer: try await response("Debug.Health", "application/json")) == #"{"status":"ok"}"# + "\n")
        let protobuf = try await response("Debug.Health", "application/protobuf")
        #expect(Array(protobuf.readableBytesView) == [0x0A, 2] + Array("ok".utf8))
    }

    /// go-micro v1.18 and later reject JSON with unknown fields; v1.0 supports all fields except `timestamp`, which it
    /// ignores.
    @Test func jsonStatsHaveOnlyFieldsOfGoMicro() async throws {
        let stats = try jsonObject(try await response("Debug.Stats", "application/json"))
        let known: Set = ["timestamp", "started", "uptime", "memory", "threads", "gc"]
        #expect(Set(stats.keys).isSubset(of: known), "\(stats.keys)")
        let started = try #require(stats["started"] as? UInt64)
        #expect(abs(Double(started) - Date().timeIntervalSince1970) < 60)
        for (name, value) in stats { #expect(value is UInt64, "\(name) is not an unsigned integer: \(value)") }
    }

    /// The field numbers of v1.18 and later.
    @Test func protobufStatsHaveFieldNumbersOfGoMicro() async throws {
        _ = try? await server.respond(to: .test("Unknown"))
        var bytes = try await response("Debug.Stats", "application/protobuf")
        var fields: [UInt8: UInt64] = [:]
        while let tag: UInt8 = bytes.readInteger() {
            #expect(tag & 7 == 0, "field \(tag >> 3) is not a number")
            var (value, shift) = (UInt64(0), UInt64(0))
            while let byte: UInt8 = bytes.readInteger() {
                value |= UInt64(byte & 0x7F) << shift
                shift += 7
                if byte & 0x80 == 0 { break }
            }
            fields[tag >> 3] = value
        }
        let now = Date().timeIntervalSince1970
        #expect(abs(Double(fields[1] ?? 0) - now) < 60 && abs(Double(fields[2] ?? 0) - now) < 60)
        #expect(fields[3] ?? 0 < 60)
        #if os(Linux)
        #expect(fields[4] ?? 0 > 1_000_000 && fields[5] ?? 0 >= 1)
        #endif
        #expect(fields.keys.allSatisfy { (1...8).contains($0) })
    }

    @Test func requestBodyIsIgnored() async throws {
        for body in ["", "{}", #"{"service":"svc"}"#] {
            _ = try await response("Debug.Health", "application/json", body: body)
        }
    }

    @Test func endpointStatisticsHaveTheirOwnEndpoint() async throws {
        server.handle("Echo") { (request: Empty, _) in request }
        _ = try await server.respond(to: .test("Echo"))
        let summary = try jsonObject(try await response("Debug.Endpoints", "application/json"))
        let endpoints = try #require(summary["endpoints"] as? [String: [String: Any]])
        #expect(endpoints.keys.sorted() == ["Echo"] && endpoints["Echo"]?["calls"] as? Int == 1)
        let histogram = try #require(endpoints["Echo"]?["histogram"] as? [[String: Any]])
        #expect(histogram.count == 1 && histogram[0]["calls"] as? Int == 1 && histogram[0]["upTo"] is Double)
    }
}
