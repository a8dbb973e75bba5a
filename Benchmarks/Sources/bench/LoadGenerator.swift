// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Synchronization

/// The number of callers, and the duration of the load.
struct LoadGenerator: ParsableArguments {
    @Option(help: "The number of callers.")
    var callers = 1

    @Option(help: "The duration of the measurement, in seconds.")
    var seconds = 2.0

    @Option(help: "The duration of the warm-up, in seconds.")
    var warmUp = 0.5

    /// Runs all callers concurrently, each with one call at a time, and prints one line:
    /// `KIND CALLERS CALLS/S P50-MS P99-MS CPU-µS`, the CPU time per call, of this process and of others.
    ///
    /// - Parameters:
    ///   - place: Runs a caller, on an executor of its choice.
    ///   - call: Makes one call; its argument is the number of the caller.
    func measure(
        _ kind: String, includingCPUTimeOf others: [Int32] = [],
        at runCaller: @escaping @Sendable (_ caller: @escaping @Sendable () async throws -> Void) async throws -> Void =
            {
                try await $0()
            }, _ call: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let processes = [ProcessInfo.processInfo.processIdentifier] + others
        _ = try await latencies(.seconds(warmUp), runCaller, call)
        let (before, start) = (try processes.map(cpuTime), ContinuousClock.now)
        let latencies = try await latencies(.seconds(seconds), runCaller, call).sorted()
        let time = (ContinuousClock.now - start) / .seconds(1)
        let used = zip(try processes.map(cpuTime), before).map(-)
        let count = Double(latencies.count)
        let figures =
            [text(count / time, 0)] + [0.5, 0.99].map { text(latencies.quantile($0) * 1e3, 3) }
            + used.map { text($0 / count * 1e6, 1) }
        print(kind, callers, figures.joined(separator: " "))
    }

    /// Calls for the duration and returns the latency of each call, in seconds.
    private func latencies(
        _ duration: Duration,
        _ runCaller: @escaping @Sendable (_ caller: @escaping @Sendable () async throws -> Void) async throws -> Void,
        _ call: @escaping @Sendable (Int) async throws -> Void
    ) async throws -> [Double] {
        let end = ContinuousClock.now + duration
        let all = Latencies()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    try await runCaller {
                        var latencies: [Double] = []
                        var now = ContinuousClock.now
                        while now < end {
                            let start = now
                            try await call(caller)
                            now = .now
                            latencies.append((now - start) / .seconds(1))
                        }
                        all.add(latencies)
                    }
                }
            }
            try await group.waitForAll()
        }
        return all.all
    }
}

/// The latencies of all callers, in seconds.
private final class Latencies: Sendable {
    private let values = Mutex<[Double]>([])

    var all: [Double] { values.withLock(\.self) }

    func add(_ more: [Double]) { values.withLock { $0 += more } }
}
