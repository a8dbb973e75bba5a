// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import Synchronization
import TestServers
import Testing

@testable import MicroCommand

@Suite struct BenchTests {
    @Test func quantilesAreWithinOnePercent() {
        var histogram = LatencyHistogram()
        for value in 1...100_000 { histogram.add(.microseconds(value)) }
        for (fraction, expected) in [(0.5, 0.05), (0.9, 0.09), (0.99, 0.099), (0.999, 0.0999)] {
            let value = histogram.quantile(fraction).seconds
            #expect(abs(value - expected) / expected < 0.01, "\(fraction) \(value)")
        }
        #expect(histogram.max == .milliseconds(100) && histogram.count == 100_000)
        #expect(abs(histogram.mean.seconds - 0.0500005) < 0.000001)
    }

    @Test func mergedHistogramHasAllLatencies() {
        var (one, other) = (LatencyHistogram(), LatencyHistogram())
        one.add(.milliseconds(1))
        other.add(.seconds(2))
        other.add(.seconds(-1))
        other.add(.seconds(100_000))
        one.merge(other)
        #expect(one.count == 4 && one.count(below: .seconds(1)) == 2)
        // Latencies outside of 0…1 h count as the nearest bound.
        #expect(one.max == .seconds(3_600) && one.mean == Duration.milliseconds(3_602_001) / 4)
    }

    /// A service that stalls for 200 ms delays all calls that should have started meanwhile.
    @Test func openLoopCountsCallsThatAStallHasDelayed() async {
        let plan = LoadPlan(concurrency: 1, duration: .milliseconds(600), warmUp: .zero, rate: 200)
        let calls = Atomic(0)
        let report = await LoadGenerator(plan: plan).run {
            if calls.wrappingAdd(1, ordering: .relaxed).oldValue == 10 { try await Task.sleep(for: .milliseconds(200)) }
        }
        #expect((report.latency["p90"] ?? 0) > 0.05, "\(report.latency)")
    }

    @Test func failuresAreCountedByCode() async {
        let plan = LoadPlan(concurrency: 2, duration: .milliseconds(50), warmUp: .zero, rate: 1000)
        let report = await LoadGenerator(plan: plan).run { throw MicroError(.unavailable, "away") }
        #expect(report.calls == 0 && (report.errors["unavailable"] ?? 0) > 0)
    }
}

/// `micro bench call` as a child process.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(2))) struct BenchCommandTests {
    @Test func reportHasRateAndPercentiles() async throws {
        let consul = try #require(ConsulServer.current)
        let system = try await TestSystem.start(
            greeters: 1,
            [
                "MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address,
                "MICRO_SERVER_ADDRESS": "127.0.0.1:0",
            ])
        let request = #"{"name":"A"}"#
        let closed = try await system.micro(
            "bench", "call", "greeter", "Greeter.Hello", request, "--duration", "300ms", "--concurrency", "4")
        #expect(
            closed.status == 0 && closed.text.contains("calls/s") && closed.text.contains("p99.9"), "\(closed.text)")
        let open = try await system.micro(
            "bench", "call", "greeter", "Greeter.Hello", request, "--duration", "500ms", "--rate", "100", "-o", "json")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(open.text.utf8)) as? [String: Any])
        #expect(report["targetRate"] as? Int == 100 && report["calls"] as? Int ?? 0 > 10, "\(open.text)")
        #expect(try await system.micro("bench", "call", "greeter", "Greeter.Nope").status == 3)
        await system.end()
    }
}
