// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore

/// `micro list`
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the names of services (list services).",
        subcommands: [ListServicesCommand.self], defaultSubcommand: ListServicesCommand.self)
}

/// `micro list services`
struct ListServicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services", abstract: "Lists the names of all services, one per line.")

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        let names = try await settings.resolved().withRegistry { try await $0.list() }
        guard !output.isJSON else { return try Console.standard.json(names) }
        for name in names { try Console.standard.line(StyledText(name)) }
    }
}

/// `micro registry`: Go Micro's other form of the commands below.
struct RegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry", abstract: "The commands list, get, register and deregister.", shouldDisplay: false,
        subcommands: [ListCommand.self, GetCommand.self, RegisterCommand.self, DeregisterCommand.self])
}
