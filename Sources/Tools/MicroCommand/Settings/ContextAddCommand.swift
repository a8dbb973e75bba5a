// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroCore

/// `micro context add`
struct ContextAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a context, or replaces it.",
        discussion: """
            micro context add prod --registry consul --registry-address consul.prod:8500 --set CONSUL_HTTP_TOKEN

            --set NAME takes the value of the environment variable, so that a secret is not part of a command line.
            """)

    @Argument(help: "The name of the context.")
    var name: String

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Another environment variable of the context, such as CONSUL_HTTP_TOKEN; without a value, its current one.",
            valueName: "name[=value]"))
    var assignments: [String] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        guard NameRules.isName(name) else {
            throw CommandError("\(name) is not a name for a context: use letters, digits, . - and _", status: .usage)
        }
        var values = settings.variables
        values[SettingName.context.variable] = nil
        for assignment in assignments {
            let (variable, value) = try Self.parse(assignment)
            values[variable] = value
        }
        guard !values.isEmpty else {
            throw CommandError("a context needs a setting: give --registry, or another option", status: .usage)
        }
        let store = ContextStore.standard
        var contexts = try store.read()
        contexts.contexts[name] = values
        try store.write(contexts)
        try ContextOutcome.write(name, "added", output)
    }

    private static func parse(_ assignment: String) throws -> (variable: String, value: String) {
        let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let variable = String(parts[0])
        guard !variable.isEmpty, variable.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || $0.isASCIIAlphanumeric }) else {
            throw CommandError("--set needs the name of an environment variable", status: .usage)
        }
        if parts.count == 2 { return (variable, String(parts[1])) }
        guard let value = ProcessInfo.processInfo.environment[variable], !value.isEmpty else {
            throw CommandError("\(variable) is not set in the environment: set it, or give --set \(variable)=VALUE")
        }
        return (variable, value)
    }
}
