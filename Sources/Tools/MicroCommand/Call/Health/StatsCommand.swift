// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroCore

/// `micro stats`
struct StatsCommand: AsyncParsableCommand {
    private struct Row: Encodable {
        let version: String
        let node: String
        let address: String
        let statistics: NodeStatistics?
        /// Why there are no statistics; nil if there are.
        let error: String?
    }

    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Shows the statistics of every node of a service.")

    @Argument(help: "The name of the service.", completion: .custom(Completion.services))
    var service: String

    @Flag(help: "Refresh the statistics until Ctrl-C.")
    var watch = false

    @Option(help: "The time between two updates of --watch.")
    var interval = "2s"

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func validate() throws { _ = try TimeLimit.parse(interval, option: "--interval") }

    func run() async throws {
        let interval = try TimeLimit.parse(interval, option: "--interval")
        try await settings.resolved().withDebugCalls(timeout: .seconds(2)) { registry, calls in
            repeat {
                let rows = try await rows(registry, calls)
                // The rest of an earlier screen is erased.
                if watch, Console.standard.isTerminal { try Console.standard.write("\u{1B}[H\u{1B}[J") }
                try write(rows)
                if watch { do { try await Task.sleep(for: interval) } catch { return } }
            } while watch
        }
    }

    private func rows(_ registry: any Registry, _ calls: DebugCalls) async throws -> [Row] {
        var rows: [Row] = []
        for record in try await registry.records(of: service) {
            let nodes = record.nodes.sorted { $0.id < $1.id }
            for result in await calls.callAll(service, nodes, "Debug.Stats", as: NodeStatistics.self) {
                var (statistics, problem): (NodeStatistics?, String?) = (nil, nil)
                switch result.outcome {
                case .success(let value): statistics = value
                case .failure(let error): problem = "\(error)"
                }
                rows.append(
                    Row(
                        version: record.version, node: result.node.id, address: "\(Address(result.node))",
                        statistics: statistics, error: problem))
            }
            try Task.checkCancellation()
        }
        return rows
    }

    private func write(_ rows: [Row]) throws {
        guard !output.isJSON else {
            return try watch ? Console.standard.jsonLine(rows) : Console.standard.json(rows)
        }
        let header = ["node", "address:port", "started", "uptime", "memory", "threads", "gc"]
        try VersionTables.write(service, rows, version: \.version, header: header) { row in
            let head = [StyledText(row.node), StyledText(row.address)]
            guard let statistics = row.statistics else {
                return head + [StyledText(row.error ?? "", .red)] + [StyledText](repeating: "", count: 4)
            }
            return head + Self.cells(of: statistics)
        }
    }

    private static func cells(of statistics: NodeStatistics) -> [StyledText] {
        let uptime = UInt64(clamping: statistics.uptime ?? 0).multipliedReportingOverflow(by: 1_000_000_000)
        return [
            StyledText(started(statistics.started ?? 0)),
            StyledText(DurationText.go(nanoseconds: uptime.overflow ? .max : uptime.partialValue)),
            StyledText(String(format: "%.2fmb", Double(statistics.memory ?? 0) / 1_048_576)),
            "\(statistics.threads ?? 0)",
            StyledText(DurationText.go(nanoseconds: UInt64(clamping: statistics.gc ?? 0))),
        ]
    }

    /// The local time in Go Micro's form: `Jan 2 15:04:05`.
    private static func started(_ seconds: Int) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "MMM d HH:mm:ss"
        return formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}

extension Settings {
    /// Runs a body with the registry and the means to call `Debug` endpoints.
    func withDebugCalls<Value>(
        timeout: Duration, _ body: (any Registry, DebugCalls) async throws -> Value
    ) async throws -> Value {
        try await withTransport { try await body($0, DebugCalls(transport: $1, timeout: timeout)) }
    }
}
