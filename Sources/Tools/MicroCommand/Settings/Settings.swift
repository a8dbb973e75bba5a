// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation

/// The settings in force: those of options, then of the environment, then of the context.
struct Settings: Sendable {
    /// Where the value of a setting comes from.
    enum Source: String, Sendable, Encodable {
        case option
        case environment
        case context
    }

    /// The values, by environment variable. Empty ones count as not set.
    let variables: [String: String]
    /// The sources of the values, by environment variable.
    let sources: [String: Source]
    /// The name of the context; nil without one.
    let context: String?

    /// Merges the settings.
    ///
    /// - Parameters:
    ///   - options: The values of options, by environment variable.
    ///   - environment: The environment of the process.
    ///   - store: The contexts.
    /// - Throws: ``CommandError`` if the contexts cannot be read, or there is no context of the name.
    init(
        options: [String: String], environment: [String: String] = ProcessInfo.processInfo.environment,
        store: ContextStore = .standard
    ) throws {
        let selected = [options, environment].lazy.compactMap { $0[SettingName.context.variable] }
            .first { !$0.isEmpty }
        let contexts = try store.read()
        let name = selected ?? contexts.current
        var values: [String: String] = [:]
        var sources: [String: Source] = [:]
        if let name {
            guard let context = contexts.contexts[name] else { throw ContextStore.unknown(name, contexts) }
            values = context
            sources = context.mapValues { _ in .context }
        }
        for (layer, source) in [(environment, Source.environment), (options, .option)] {
            for (variable, value) in layer where !value.isEmpty {
                values[variable] = value
                sources[variable] = source
            }
        }
        variables = values
        self.sources = sources
        context = name
    }

    /// The value of a setting; nil if it is not set.
    subscript(name: SettingName) -> String? { variables[name.variable] }

    /// The settings for adapters.
    var reader: ConfigReader { Self.reader(of: variables) }

    /// The settings of variables, for adapters.
    static func reader(of variables: [String: String]) -> ConfigReader {
        ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables))
    }
}
