// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Completes a line of the prompt: commands, services, endpoints and the names of settings.
struct PromptCompletion {
    /// The commands after whose name a service follows.
    private static let serviceCommands: Set = [
        "call", "stream", "describe", "health", "stats", "watch", "get", "query",
    ]
    /// The second words of commands that have one.
    private static let subcommands: [String: [String]] = [
        "list": ["services"], "get": ["service"], "register": ["service"], "deregister": ["service"],
        "context": ["add", "use", "list", "show", "remove"], "bench": ["call"], "completion": ["bash", "zsh", "fish"],
    ]

    let commands: [String]
    let services: @Sendable () async -> [String]
    let endpoints: @Sendable (String) async -> [String]

    /// The completions of the last word before the cursor.
    func candidates(for head: String) async -> (word: String, candidates: [String]) {
        let words = WordSplitter.split(head).words
        let isNewWord = head.last.map(\.isWhitespace) ?? true
        let word = isNewWord ? "" : words.last ?? ""
        let before = isNewWord ? words : Array(words.dropLast())
        let all = await possibilities(after: before, word)
        return (word, all.filter { $0.hasPrefix(word) }.sorted())
    }

    private func possibilities(after before: [String], _ word: String) async -> [String] {
        if word.hasPrefix("--") { return SettingName.allCases.map { "--\($0.rawValue)" } }
        guard let command = before.first else { return commands + (await services()) }
        if before.count == 1, let words = Self.subcommands[command] {
            return words + (command == "get" ? await services() : [])
        }
        let rest = ["get": 2, "bench": 2][command].map { Array(before.dropFirst($0)) } ?? Array(before.dropFirst())
        if Self.serviceCommands.contains(command) || command == "bench" {
            guard let service = rest.first else { return await services() }
            return rest.count == 1 ? await endpoints(service) : []
        }
        return before.count == 1 && !commands.contains(command) ? await endpoints(command) : []
    }

    /// The longest text that all candidates begin with.
    static func commonPrefix(of candidates: [String]) -> String {
        guard var prefix = candidates.first else { return "" }
        for candidate in candidates.dropFirst() {
            while !candidate.hasPrefix(prefix) { prefix.removeLast() }
        }
        return prefix
    }
}
