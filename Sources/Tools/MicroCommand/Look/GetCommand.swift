// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore
import MicroSidecar

/// `micro get`
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Shows the record of a service (get service NAME).",
        subcommands: [GetServiceCommand.self], defaultSubcommand: GetServiceCommand.self)
}

/// `micro get service`
struct GetServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Shows versions, nodes and endpoints of a service, as Go Micro does.")

    @Argument(help: "The name of the service.", completion: .custom(Completion.services))
    var name: String

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        let records = try await settings.resolved().withRegistry { try await $0.records(of: name) }
        guard !output.isJSON else { return try Console.standard.json(records.map(ServiceDocument.init)) }
        try ServiceText.write(records, to: .standard)
    }
}
