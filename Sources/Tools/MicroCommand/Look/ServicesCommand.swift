// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore

/// `micro services`
struct ServicesCommand: AsyncParsableCommand {
    private struct Row: Encodable {
        let name: String
        let versions: [String]
        let nodes: Int
        let endpoints: Int
    }

    static let configuration = CommandConfiguration(
        commandName: "services", abstract: "Lists all services with their versions and nodes.")

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        let rows = try await settings.resolved().withRegistry { registry in
            let names = try await registry.list()
            return try await Concurrent.map(names, maxConcurrency: 16) { try await Self.row(of: $0, in: registry) }
        }.filter { $0.nodes > 0 }
        guard !output.isJSON else { return try Console.standard.json(rows) }
        var table = Table("NAME", "VERSIONS", "NODES", "ENDPOINTS")
        for row in rows {
            table.add(
                StyledText(row.name), StyledText(row.versions.joined(separator: ",")), "\(row.nodes)",
                "\(row.endpoints)")
        }
        try Console.standard.table(table)
    }

    private static func row(of name: String, in registry: any Registry) async throws -> Row {
        let records = try await registry.lookUp(name)
        return Row(
            name: name, versions: records.map(\.version).sorted(), nodes: records.reduce(0) { $0 + $1.nodes.count },
            endpoints: Set(records.flatMap(\.endpoints).map(\.name)).count)
    }
}
