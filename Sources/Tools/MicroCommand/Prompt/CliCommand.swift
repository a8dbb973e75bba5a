// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// `micro cli`
struct CliCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cli", abstract: "Starts a prompt for the commands of micro.",
        discussion: """
            The settings of this command apply to all commands of the prompt. Tab completes commands, services and \
            endpoints; the arrow keys show earlier lines; quotes work as in a shell. exit, quit and Ctrl-D end it. list, \
            get NAME, register JSON and deregister JSON need no second word, as in Go Micro.
            """)

    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        // A wrong context is reported before the first prompt.
        _ = try settings.resolved()
        let session = PromptSession(options: settings.variables)
        guard StandardInput.isTerminal, Console.standard.isTerminal else { return try await session.runLines() }
        try await session.runInteractively()
    }
}
