// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import MicroCore

/// `micro health`
struct HealthCommand: AsyncParsableCommand {
    private struct Health: Codable, Sendable {
        var status: String?
    }

    private struct Row: Encodable {
        let version: String
        let node: String
        let address: String
        let status: String
    }

    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Checks the health of every node of a service.",
        discussion: "The exit status is 0 only if every node is healthy. micro health check SERVICE is the same.")

    @Argument(help: "The name of the service.", completion: .custom(Completion.services))
    var words: [String] = []

    @Option(help: "The time limit of each node.")
    var timeout = "2s"

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func validate() throws { _ = try TimeLimit.parse(timeout, option: "--timeout") }

    func run() async throws {
        let names = words.first == "check" && words.count > 1 ? words.dropFirst() : words[...]
        guard let service = names.first, names.count == 1 else {
            throw CommandError("require service name", status: .usage)
        }
        let limit = try TimeLimit.parse(timeout, option: "--timeout")
        let rows = try await settings.resolved().withDebugCalls(timeout: limit) { registry, calls in
            var rows: [Row] = []
            for record in try await registry.records(of: service) {
                let nodes = record.nodes.sorted { $0.id < $1.id }
                for result in await calls.callAll(service, nodes, "Debug.Health", as: Health.self) {
                    rows.append(
                        Row(
                            version: record.version, node: result.node.id, address: "\(Address(result.node))",
                            status: Self.status(of: result.outcome)))
                }
                try Task.checkCancellation()
            }
            return rows
        }
        try write(rows, of: service)
        guard rows.allSatisfy({ $0.status == "ok" }) else { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private static func status(of outcome: Result<Health, any Error>) -> String {
        switch outcome {
        case .success(let health): health.status ?? "unknown"
        case .failure(let error): "\(error)"
        }
    }

    private func write(_ rows: [Row], of service: String) throws {
        guard !output.isJSON else { return try Console.standard.json(rows) }
        try VersionTables.write(
            service, rows, version: \.version, header: ["node", "address:port", "status"]
        ) { row in
            [
                StyledText(row.node), StyledText(row.address),
                StyledText(row.status, row.status == "ok" ? .green : .red),
            ]
        }
    }
}

/// Go Micro's form of `health` and `stats`: a table of nodes for each version.
enum VersionTables {
    static func write<Row>(
        _ service: String, _ rows: [Row], version: (Row) -> String, header: [String], _ cells: (Row) -> [StyledText]
    ) throws {
        let console = Console.standard
        try console.line(StyledText("service  \(service)"))
        var versions: [String] = []
        for row in rows where !versions.contains(version(row)) { versions.append(version(row)) }
        for name in versions {
            try console.line()
            if !name.isEmpty {
                try console.line(StyledText("version \(name)"))
                try console.line()
            }
            // Go Micro has two tabs between node, address and what follows.
            let gap = console.isTerminal ? [] : [StyledText("")]
            func spaced(_ cells: [StyledText]) -> [StyledText] {
                Array(cells.prefix(1)) + gap + Array(cells.dropFirst().prefix(1)) + gap + Array(cells.dropFirst(2))
            }
            var table = Table(spaced(header.map { StyledText($0) }).map { $0.parts.map(\.text).joined() })
            for row in rows where version(row) == name { table.rows.append(spaced(cells(row))) }
            try console.table(table)
        }
    }
}
