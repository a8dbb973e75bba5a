// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The completion script of the argument parser, with the short form `micro SERVICE ENDPOINT`, which that does not know.
enum CompletionScript {
    private static let query = "---completion \(InvokeCommand.name) -- positional@0"

    static func text(for shell: CompletionCommand.Shell) -> String {
        let script = MicroTool.completionScript(for: shell.shell)
        return switch shell {
        case .bash: bash(script)
        case .zsh: zsh(script)
        case .fish: fish(script)
        }
    }

    private static func bash(_ script: String) -> String {
        let index = "\"${COMP_CWORD}\" \"$(__micro_cursor_index_in_current_word)\""
        return adding(
            "        __micro_add_completions -W \"$(__micro_custom_complete \(query) \(index))\"",
            after: "        COMPREPLY+=($(compgen -W '\(MicroTool.shownCommandNames[0]) ", to: script)
    }

    private static func zsh(_ script: String) -> String {
        let call =
            "__micro_custom_complete \(query) \"${current_word_index}\" \"$(__micro_cursor_index_in_current_word)\" && ret=0"
        let first = adding("        \(call)", after: "        _describe -V subcommand subcommands", to: script)
        // The branch of the words after a command.
        return adding(
            "            ;;\n        *)\n            \(call)", after: "            \"_micro_${words[1]}\"", to: first)
    }

    private static func fish(_ script: String) -> String {
        let condition = "__micro_should_offer_completions_for_positional \"micro\" -eq 1"
        let completion = "__micro_custom_completion \(query) (count (__micro_tokens -pc)) (__micro_tokens -tC)"
        return withoutDuplicates(script) + "\ncomplete -c 'micro' -n '\(condition)' -fa '(\(completion))'"
    }

    /// Adds lines after the first line that begins with a text: the one of the root command.
    private static func adding(_ lines: String, after head: String, to script: String) -> String {
        var all = script.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if let index = all.firstIndex(where: { $0.hasPrefix(head) }) { all.insert(lines, at: index + 1) }
        return all.joined(separator: "\n")
    }

    /// Removes the flag `--version` of all commands where a command has an option of that name: fish's `argparse` refuses both,
    /// and the script would repeat it forever.
    private static func withoutDuplicates(_ script: String) -> String {
        script.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.contains(" 'version='") ? $0.replacing(" 'version'", with: "") : $0 }
            .joined(separator: "\n")
    }
}
