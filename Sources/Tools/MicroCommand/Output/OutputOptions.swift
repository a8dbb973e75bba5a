// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// The format of a command's result.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}

/// The variable `MICRO_OUTPUT`: the default of the options for a format.
enum OutputSetting {
    /// The format that the variable names; nil if it is not set.
    ///
    /// - Throws: `ValidationError` if there is no such format.
    static func value<Format: CaseIterable & RawRepresentable<String>>(as type: Format.Type) throws -> Format? {
        guard let text = ProcessInfo.processInfo.environment["MICRO_OUTPUT"], !text.isEmpty else { return nil }
        guard let format = Format(rawValue: text) else {
            let known = Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("MICRO_OUTPUT=\(text) is not a format: expected one of \(known).")
        }
        return format
    }
}

/// The option for the format of a command's result.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: "The format of the result: text, or json with stable names (default: MICRO_OUTPUT, or text).")
    var output: OutputFormat?

    func validate() throws { if output == nil { _ = try OutputSetting.value(as: OutputFormat.self) } }

    /// The format: that of the option, else that of `MICRO_OUTPUT`, else text.
    var format: OutputFormat {
        // A wrong value has been reported by `validate()`.
        output ?? (try? OutputSetting.value(as: OutputFormat.self)) ?? .text
    }

    /// Whether the result is written as JSON.
    var isJSON: Bool { format == .json }
}
