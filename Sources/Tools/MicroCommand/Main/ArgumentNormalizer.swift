// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Rewrites what Go Micro's command line accepts and the argument parser does not.
///
/// * Underscores in the names of settings become hyphens: `--registry_address` is `--registry-address`.
/// * A first word that is no command is the name of a service: `micro greeter hello --name=John`.
enum ArgumentNormalizer {
    /// The command line with the names of settings and commands of this package.
    static func normalized(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        func hyphenated(_ flags: Set<String>) -> [String] {
            arguments[..<end].map { withHyphens($0, flags) } + arguments[end...]
        }
        // The short form takes the fields of the request: a field may have the name of a command's option.
        var shortForm = hyphenated(SettingName.flags)
        guard let index = firstWord(of: shortForm), !MicroTool.commandNames.contains(shortForm[index]) else {
            return hyphenated(flags)
        }
        shortForm.insert(InvokeCommand.name, at: index)
        return shortForm
    }

    /// The names of the options that Go Micro writes with underscores.
    private static let flags = SettingName.flags.union(ApiOptions.flags).union(SidecarOptions.flags)
        .union(SidecarAppOptions.flags)

    private static func withHyphens(_ argument: String, _ flags: Set<String>) -> String {
        guard argument.hasPrefix("--") else { return argument }
        let name = argument.dropFirst(2).prefix { $0 != "=" }
        let hyphenated = name.replacing("_", with: "-")
        guard hyphenated != name,
            flags.contains(String(hyphenated))
        else { return argument }
        return "--\(hyphenated)\(argument.dropFirst(2 + name.count))"
    }

    /// The index of the first argument that is neither a setting nor its value.
    private static func firstWord(of arguments: [String]) -> Int? {
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            guard argument.hasPrefix("-") else { return index }
            guard argument.hasPrefix("--"), argument != "--" else { return nil }
            if SettingName.flags.contains(String(argument.dropFirst(2))) {
                index += 2
            } else if argument.contains("="), SettingName.flags.contains(where: { argument.hasPrefix("--\($0)=") }) {
                index += 1
            } else {
                return nil
            }
        }
        return nil
    }
}
