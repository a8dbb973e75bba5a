// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore

/// `micro describe`
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Shows a service: nodes with age and metadata, endpoints with types and a sample request.")

    @Argument(help: "The name of the service.", completion: .custom(Completion.services))
    var name: String

    @Argument(help: "One endpoint (default: all).", completion: .custom(Completion.endpoints))
    var endpoint: String?

    @Flag(help: "Do not call the nodes for their age.")
    var noAge = false

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        try await Self.show(
            name, endpoint: endpoint, settings.resolved(), readsAges: !noAge, isJSON: output.isJSON)
    }

    /// Shows a service, or one endpoint of it.
    static func show(
        _ name: String, endpoint: String?, _ settings: Settings, readsAges: Bool = true, isJSON: Bool = false
    ) async throws {
        let service = try await settings.withTransport { registry, transport in
            let records = try await registry.records(of: name)
            let nodes = records.flatMap(\.nodes)
            let statistics = readsAges ? await NodeStatistics.read(of: name, nodes, over: transport) : [:]
            return records.map { VersionDescription($0, uptimes: statistics.compactMapValues { $0.uptime }) }
        }
        let selected = service.map { $0.selecting(endpoint) }
        guard endpoint == nil || selected.contains(where: { !$0.endpoints.isEmpty }) else {
            let known = Set(service.flatMap(\.endpoints).map(\.name)).sorted().joined(separator: ", ")
            throw CommandError("\(name) has no endpoint \(endpoint ?? ""): it has \(known)", status: .notFound)
        }
        guard !isJSON else { return try Console.standard.json(selected) }
        for version in selected { try version.write(to: .standard, showsNodes: endpoint == nil) }
    }
}
