// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GreeterContract
import Micro
import Synchronization

/// Counts what happened to calls, and tells what changes.
final class CallStatistics: Sendable {
    private struct Content {
        var latencies: [Duration] = []
        var failures = 0
        var retries = 0
        var byProcess: [Int32: Int] = [:]
        var lastGreeting: String?
        var lastFailure: String?
        var lastProgress = ContinuousClock.now
    }

    private let content = Mutex(Content())

    var failures: Int { content.withLock(\.failures) }

    func recordSuccess(_ response: HelloResponse, after latency: Duration) {
        content.withLock { content in
            content.latencies.append(latency)
            if content.lastGreeting != response.greeting { printLine(response.greeting) }
            content.lastGreeting = response.greeting
            content.lastFailure = nil
            if let process = response.process {
                if content.byProcess[process] == nil { printLine("  answered by process \(process)") }
                content.byProcess[process, default: 0] += 1
            }
            reportProgress(&content)
        }
    }

    /// Tells a failure once, not a thousand times.
    func recordFailure(_ error: MicroError) {
        content.withLock { content in
            content.failures += 1
            if content.lastFailure != "\(error)" { printLine("failed: \(error)") }
            content.lastFailure = "\(error)"
            content.lastGreeting = nil
            reportProgress(&content)
        }
    }

    func recordRetry() { content.withLock { $0.retries += 1 } }

    /// Such as `200 ok, 0 failed, 1 retried; p50 0.41 ms, p99 1.20 ms`.
    var summary: String {
        content.withLock { content in
            let sorted = content.latencies.sorted()
            return "\(Self.counts(content)); p50 \(Self.text(sorted, 0.5)), p99 \(Self.text(sorted, 0.99))"
        }
    }

    private func reportProgress(_ content: inout Content) {
        let now = ContinuousClock.now
        guard now - content.lastProgress >= .seconds(1) else { return }
        content.lastProgress = now
        let spread = content.byProcess.sorted { $0.key < $1.key }.map { "process \($0.key): \($0.value)" }
        printLine("  \(Self.counts(content)); \(spread.joined(separator: ", "))")
    }

    private static func counts(_ content: Content) -> String {
        "\(content.latencies.count) ok, \(content.failures) failed, \(content.retries) retried"
    }

    private static func text(_ sorted: [Duration], _ quantile: Double) -> String {
        guard !sorted.isEmpty else { return "-" }
        let latency = sorted[Int(Double(sorted.count - 1) * quantile)]
        return String(format: "%.2f ms", latency / .milliseconds(1))
    }
}

/// Prints a line at once, also through a pipe.
func printLine(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
