// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `micro completion`
struct CompletionCommand: AsyncParsableCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash
        case zsh
        case fish

        var shell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Prints a completion script for a shell.",
        discussion: """
            bash: source <(micro completion bash)
            zsh:  micro completion zsh > ~/.zfunc/_micro
            fish: micro completion fish > ~/.config/fish/completions/micro.fish

            Names of services and endpoints are read from the registry, within a second.
            """)

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() async throws { try Console.standard.write(CompletionScript.text(for: shell) + "\n") }
}
