// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `micro context`
struct ContextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context", abstract: "Manages named sets of settings.",
        discussion: """
            A context holds settings of one system, such as production. The context in use applies to every command; \
            --context and MICRO_CONTEXT select another one. Contexts are kept in micro/contexts.json in the folder \
            XDG_CONFIG_HOME (default: ~/.config), which only its owner can read.
            """,
        subcommands: [
            ContextAddCommand.self, ContextUseCommand.self, ContextListCommand.self, ContextShowCommand.self,
            ContextRemoveCommand.self,
        ])
}

/// `micro context use`
struct ContextUseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use", abstract: "Selects the default context; without a name, clears the selection.")

    @Argument(help: "The name of the context.", completion: .custom { _, _, _ in Completion.contexts() })
    var name: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = ContextStore.standard
        var contexts = try store.read()
        if let name, contexts.contexts[name] == nil { throw ContextStore.unknown(name, contexts) }
        contexts.current = name
        try store.write(contexts)
        try ContextOutcome.write(name, "used", output)
    }
}

/// `micro context list`
struct ContextListCommand: AsyncParsableCommand {
    private struct Row: Encodable {
        let name: String
        let isCurrent: Bool
        let registry: String?
        let registryAddress: String?
    }

    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the contexts.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let contexts = try ContextStore.standard.read()
        let rows = contexts.contexts.sorted { $0.key < $1.key }.map { name, settings in
            Row(
                name: name, isCurrent: name == contexts.current, registry: settings[SettingName.registry.variable],
                registryAddress: settings[SettingName.registryAddress.variable].map {
                    SecretSetting.redacted($0, of: SettingName.registryAddress.variable)
                })
        }
        guard !output.isJSON else { return try Console.standard.json(rows) }
        var table = Table("NAME", "IN USE", "REGISTRY", "ADDRESS")
        for row in rows {
            table.add(
                StyledText(row.name), row.isCurrent ? "*" : "", StyledText(row.registry ?? ""),
                StyledText(row.registryAddress ?? ""))
        }
        try Console.standard.table(table)
    }
}

/// `micro context show`
struct ContextShowCommand: AsyncParsableCommand {
    private struct Content: Encodable {
        let name: String
        let settings: [String: String]
    }

    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows the settings of a context, without its secrets.")

    @Argument(
        help: "The name of the context (default: the one in use).",
        completion: .custom { _, _, _ in Completion.contexts() })
    var name: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let contexts = try ContextStore.standard.read()
        guard let name = name ?? contexts.current else {
            throw CommandError("no context is in use: give a name, or run micro context use", status: .notFound)
        }
        guard let settings = contexts.contexts[name] else { throw ContextStore.unknown(name, contexts) }
        let shown = Dictionary(
            uniqueKeysWithValues: settings.map { ($0, SecretSetting.redacted($1, of: $0)) })
        guard !output.isJSON else { return try Console.standard.json(Content(name: name, settings: shown)) }
        var table = Table("SETTING", "VALUE")
        for (variable, value) in shown.sorted(by: { $0.key < $1.key }) {
            table.add(StyledText(variable), StyledText(value))
        }
        try Console.standard.table(table)
    }
}

/// `micro context remove`
struct ContextRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Removes a context.")

    @Argument(help: "The name of the context.", completion: .custom { _, _, _ in Completion.contexts() })
    var name: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = ContextStore.standard
        var contexts = try store.read()
        guard contexts.contexts.removeValue(forKey: name) != nil else { throw ContextStore.unknown(name, contexts) }
        if contexts.current == name { contexts.current = nil }
        try store.write(contexts)
        try ContextOutcome.write(name, "removed", output)
    }
}

/// The JSON of the commands that change contexts. As text, they write nothing.
struct ContextOutcome: Encodable {
    /// Nil if no context is in use any more.
    let name: String?
    /// `added`, `used` or `removed`.
    let status: String

    /// Writes the outcome if JSON is wanted.
    static func write(_ name: String?, _ status: String, _ output: OutputOptions) throws {
        if output.isJSON { try Console.standard.json(ContextOutcome(name: name, status: status)) }
    }
}
