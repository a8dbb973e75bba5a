// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ExampleSupport
import Foundation
import GreeterContract
import Micro
import Synchronization

/// Counts the results of calls, and prints changes.
final class CallStatistics: Sendable {
    private struct State {
        var latencies: [Duration] = []
        var failures = 0
        var retries = 0
        var byProcess: [Int32: Int] = [:]
        var lastGreeting: String?
        var lastFailure: String?
        var lastProgress = ContinuousClock.now
    }

    private let state = Mutex(State())

    var failures: Int { state.withLock(\.failures) }

    func recordSuccess(_ response: HelloResponse, after latency: Duration) {
        state.withLock { state in
            state.latencies.append(latency)
            if state.lastGreeting != response.greeting { printLine(response.greeting) }
            state.lastGreeting = response.greeting
            state.lastFailure = nil
            if let process = response.process {
                if state.byProcess[process] == nil { printLine("  answered by process \(process)") }
                state.byProcess[process, default: 0] += 1
            }
            reportProgress(&state)
        }
    }

    /// Records a failure, and prints it if it differs from the previous one.
    func recordFailure(_ error: MicroError) {
        state.withLock { state in
            state.failures += 1
            if state.lastFailure != "\(error)" { printLine("failed: \(error)") }
            state.lastFailure = "\(error)"
            state.lastGreeting = nil
            reportProgress(&state)
        }
    }

    func recordRetry() { state.withLock { $0.retries += 1 } }

    /// A summary such as `200 ok, 0 failed, 1 retried; p50 0.41 ms, p99 1.20 ms`.
    var summary: String {
        state.withLock { state in
            let sorted = state.latencies.sorted()
            return "\(Self.counts(state)); p50 \(Self.text(sorted, 0.5)), p99 \(Self.text(sorted, 0.99))"
        }
    }

    private func reportProgress(_ state: inout State) {
        let now = ContinuousClock.now
        guard now - state.lastProgress >= .seconds(1) else { return }
        state.lastProgress = now
        let spread = state.byProcess.sorted { $0.key < $1.key }.map { "process \($0.key): \($0.value)" }
        printLine("  \(Self.counts(state)); \(spread.joined(separator: ", "))")
    }

    private static func counts(_ state: State) -> String {
        "\(state.latencies.count) ok, \(state.failures) failed, \(state.retries) retried"
    }

    private static func text(_ sorted: [Duration], _ quantile: Double) -> String {
        guard !sorted.isEmpty else { return "-" }
        let latency = sorted[Int(Double(sorted.count - 1) * quantile)]
        return String(format: "%.2f ms", latency / .milliseconds(1))
    }
}
