// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Testing

@testable import MicroCommand

@Suite struct OutputOptionTests {
    /// The commands without an option for the format: `conformance` has `--format`, `invoke` takes the options of `call`, and the
    /// others have no results.
    private static let exceptions: Set = ["api", "cli", "completion", "conformance", "invoke", "sidecar"]

    private func leaves(of command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        let subcommands = command.configuration.subcommands.filter { !Self.exceptions.contains($0._commandName) }
        return subcommands.isEmpty ? [command] : subcommands.flatMap(leaves)
    }

    @Test func everyCommandWithAResultHasJSON() {
        let commands = leaves(of: MicroCommand.MicroTool.self)
        #expect(commands.count > 20)
        for command in commands {
            let help = MicroCommand.MicroTool.helpMessage(for: command)
            #expect(help.contains("--output"), "\(command)")
        }
    }
}
