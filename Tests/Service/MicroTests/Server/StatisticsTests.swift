// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Micro

@Suite(.timeLimit(.minutes(1))) struct StatisticsTests {
    @Test func statisticsCountCallsErrorsAndInFlight() async throws {
        let server = try Server(.test())
        let gate = AsyncStream.makeStream(of: Void.self)
        server.handle("Fine") { (_: Empty, _) in Empty() }
        server.handle("Fails") { (_: Empty, _) -> Empty in throw MicroError(.permissionDenied, "no") }
        server.handle("Slow") { (_: Empty, _) in
            for await _ in gate.stream {}
            return Empty()
        }
        for _ in 0..<3 { _ = try await server.respond(to: TransportRequest.test("Fine")) }
        for body in ["{}", "?"] {
            await #expect(throws: MicroError.self) {
                try await server.respond(to: TransportRequest.test("Fails", body: body))
            }
        }
        let slow = Task { try await server.respond(to: TransportRequest.test("Slow")) }
        #expect(await eventually { server.endpointSummaries["Slow"]?.inFlight == 1 })
        gate.continuation.finish()
        _ = try await slow.value
        let endpoints = server.endpointSummaries
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
        #expect(histogram.buckets.map(\.calls) == [1, 98, 2, 1] && Histogram().buckets.isEmpty)
        #expect(histogram.buckets[1].upTo == histogram.quantile(0.5))
    }
}
