// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro

/// Calls a `unary-server` from several callers at once, each with one call at a time, and prints one line:
/// `KIND CALLERS CALLS/S P50-MS P99-MS CLIENT-CPU-µS SERVER-CPU-µS`, the CPU time per call.
struct UnaryClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures unary calls.")

    @Option(help: "How it calls.")
    var kind: Kind

    @Option(help: "Where the server listens, HOST:PORT.")
    var address: String

    @Option(help: "The process of the server.")
    var server: Int32

    @Option(help: "How many callers there are.")
    var callers = 1

    @Option(help: "How long to measure, in seconds.")
    var seconds = 2.0

    @Option(help: "How long to call before that, in seconds.")
    var warmUp = 0.5

    func run() async throws { try await measure(kind.echo) }

    private func measure(_ type: (some Echo).Type) async throws {
        let echo = try await type.init(calling: try Address(parsing: address), callers: callers)
        _ = try await latencies(echo, .seconds(warmUp))
        let client = ProcessInfo.processInfo.processIdentifier
        let before = (client: try cpuTime(of: client), server: try cpuTime(of: server), time: ContinuousClock.now)
        let latencies = try await latencies(echo, .seconds(seconds)).sorted()
        let time = bench.seconds(.now - before.time)
        let used = (client: try cpuTime(of: client) - before.client, server: try cpuTime(of: server) - before.server)
        let count = Double(latencies.count)
        print(
            kind, callers, text(count / time, 0), text(latencies.quantile(0.5) * 1e3, 3),
            text(latencies.quantile(0.99) * 1e3, 3), text(used.client / count * 1e6, 1),
            text(used.server / count * 1e6, 1))
        await echo.close()
    }

    /// Calls for so long; how long each call took, in seconds.
    private func latencies(_ echo: some Echo, _ duration: Duration) async throws -> [Double] {
        let end = ContinuousClock.now + duration
        return try await withThrowingTaskGroup(of: [Double].self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var latencies: [Double] = []
                    var now = ContinuousClock.now
                    while now < end {
                        let start = now
                        try await echo.call(caller)
                        now = .now
                        latencies.append(bench.seconds(now - start))
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}
