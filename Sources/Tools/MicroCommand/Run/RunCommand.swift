// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroCore

/// `micro run`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Builds and runs packages, and restarts them when their sources change.",
        discussion: """
            micro run                      the package in this folder
            micro run greeter shop:Orders  two packages; only the program Orders of the second

            Without a registry in the settings, or with the memory registry, the programs share a registry that is \
            embedded in this command. They are stopped in the reverse order of their start; after 6 s in total, those \
            that still run are killed. With --output json, each line of a program's output is printed as a JSON object \
            with the name of the program.
            """)

    @Argument(help: ArgumentHelp("Folders of packages.", valueName: "package[:program]"))
    var packages: [String] = []

    @Flag(help: "Do not restart programs when their sources change.")
    var noWatch = false

    @Option(
        name: .customLong("env"), parsing: .singleValue,
        help: ArgumentHelp(
            "An environment variable to set for all programs; can be repeated.", valueName: "name=value"))
    var variables: [String] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func validate() throws { _ = try MetadataPairs.parse(variables, option: "--env") }

    func run() async throws {
        let settings = try settings.resolved()
        var environment = settings.variables
        for pair in try MetadataPairs.parse(variables, option: "--env") { environment[pair.name] = pair.value }
        guard ["memory", nil].contains(settings[.registry]) else { return try await runPackages(environment) }
        let registry = try await EmbeddedRegistry.bind()
        environment[SettingName.registry.variable] = "consul"
        environment[SettingName.registryAddress.variable] = registry.address
        Console.standard.message(
            "embedded registry: MICRO_REGISTRY=consul MICRO_REGISTRY_ADDRESS=\(registry.address)")
        // Not a child task, so that the registry serves until the programs have deregistered.
        let server = Task { try await registry.run() }
        defer { server.cancel() }
        try await runPackages(environment)
    }

    private func runPackages(_ environment: [String: String]) async throws {
        var programs: [WatchedProgram] = []
        for package in packages.isEmpty ? ["."] : packages {
            programs += try await WatchedPackage(argument: package).build(environment, output.format)
        }
        do { for program in programs { try program.start() } } catch {
            await ProgramShutdown.stop(programs)
            throw error
        }
        await watch(programs)
        await ProgramShutdown.stop(programs)
    }

    /// Restarts programs whose package has changed, until the task is cancelled.
    private func watch(_ programs: [WatchedProgram]) async {
        let packages = Dictionary(grouping: programs) { $0.package.folder }
        var versions = packages.mapValues { $0[0].package.sourceVersion }
        while true {
            do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
            for program in programs { program.reportExit() }
            guard !noWatch else { continue }
            for (folder, group) in packages {
                let version = group[0].package.sourceVersion
                guard version != versions[folder] else { continue }
                versions[folder] = version
                await Self.restart(group)
            }
        }
    }

    private static func restart(_ programs: [WatchedProgram]) async {
        guard let package = programs.first?.package else { return }
        Console.standard.message("\(package.folder) has changed: building")
        do { try await package.compile() } catch {
            if !Task.isCancelled { Console.standard.message("\(error); the programs keep running the previous build") }
            return
        }
        await ProgramShutdown.stop(programs)
        for program in programs where !Task.isCancelled {
            do { try program.start() } catch { Console.standard.message("Error: \(error)") }
        }
    }
}
