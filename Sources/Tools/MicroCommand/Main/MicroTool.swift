// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Logging
import MicroCore

/// The command `micro`.
@main
struct MicroTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "micro", abstract: "Inspects, calls and operates services.",
        discussion: """
            Settings may be given before or after a command. An option takes precedence over the environment, the \
            environment over the context in use (micro context), and the context over the default. Underscores in their \
            names are accepted in place of hyphens.

            The first word may also be a service: micro greeter hello --name=John calls Greeter.Hello of the service \
            greeter.

            Exit status: 0 success, 1 failure, 2 wrong usage or setting, 3 not found, 4 unavailable, 5 timeout, \
            130 interrupted (Ctrl-C).
            """,
        version: SwiftMicro.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Look",
                subcommands: [
                    ServicesCommand.self, DescribeCommand.self, WatchCommand.self, DoctorCommand.self,
                    ListCommand.self, GetCommand.self, RegistryCommand.self,
                ]),
            CommandGroup(name: "Register", subcommands: [RegisterCommand.self, DeregisterCommand.self]),
            CommandGroup(
                name: "Call",
                subcommands: [
                    CallCommand.self, StreamCommand.self, PublishCommand.self, SubscribeCommand.self,
                    HealthCommand.self, StatsCommand.self, TopCommand.self, BenchCommand.self, InvokeCommand.self,
                ]),
            CommandGroup(name: "Serve", subcommands: [ApiCommand.self, SidecarCommand.self]),
            CommandGroup(
                name: "Settings and shell",
                subcommands: [ContextCommand.self, CliCommand.self, CompletionCommand.self]),
            CommandGroup(name: "Develop", subcommands: [NewCommand.self, RunCommand.self, ConformanceCommand.self]),
        ])

    /// The names of all commands.
    static let commandNames: Set<String> = Set(
        configuration.subcommands.flatMap { [$0._commandName] + $0.configuration.aliases } + ["help"])

    /// The names of the commands that the help shows.
    static let shownCommandNames: [String] = configuration.subcommands.filter { $0.configuration.shouldDisplay }
        .map { $0._commandName }

    @OptionGroup(title: "Settings") var settings: SettingsOptions

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        let level = ProcessInfo.processInfo.environment["MICRO_LOG_LEVEL"].flatMap(Logger.Level.init(rawValue:))
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level ?? .error
            return handler
        }
        let arguments = Array(CommandLine.arguments.dropFirst())
        Foundation.exit(await Interruption.run { await CommandRunner.run(arguments) })
    }
}
