// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import SwiftProtobufPluginLibrary

/// The options of the generator, given to `protoc` as `--micro-swift_opt=NAME=VALUE`. Options that `protoc-gen-swift`
/// also has use the same names and values.
package struct GeneratorOptions {
    /// The access level of generated declarations.
    package enum Visibility: String, CaseIterable {
        case `internal` = "Internal"
        case `public` = "Public"
        case package = "Package"

        /// The modifier in front of a declaration, with a space; empty for `internal`.
        var modifier: String { self == .internal ? "" : keyword + " " }

        var keyword: String { rawValue.lowercased() }
    }

    /// The names of generated types.
    package enum ServiceNaming: String, CaseIterable {
        /// `GreeterClient`
        case short = "Short"
        /// `Greeter_V1_GreeterClient`, with the prefix of the messages of the file.
        case package = "Package"
    }

    package var visibility = Visibility.internal
    package var fileNaming = FileNaming.fullPath
    package var serviceNaming = ServiceNaming.short
    package var mappings = ProtoFileToModuleMappings()
    package var generatesServer = true
    package var generatesClient = true
    package var usesAccessLevelOnImports = false
    /// Whether an empty file is written for a file without services, for build systems that expect an output.
    package var writesEmptyFiles = false

    /// Reads options.
    ///
    /// - Throws: ``GeneratorError`` for an unknown option or value; the error lists the valid ones.
    package init(_ pairs: [(key: String, value: String)] = []) throws {
        for (name, value) in pairs {
            switch name {
            case "Visibility": visibility = try Self.value(value, of: name)
            case "FileNaming": fileNaming = try Self.value(value, of: name)
            case "ServiceNaming": serviceNaming = try Self.value(value, of: name)
            case "ProtoPathModuleMappings": mappings = try Self.mappings(value)
            case "Server": generatesServer = try Self.flag(value, of: name)
            case "Client": generatesClient = try Self.flag(value, of: name)
            case "UseAccessLevelOnImports": usesAccessLevelOnImports = try Self.flag(value, of: name)
            case "EmptyFiles": writesEmptyFiles = try Self.flag(value, of: name)
            default:
                throw GeneratorError(
                    "unknown option \"\(name)\": use Visibility, FileNaming, ServiceNaming, ProtoPathModuleMappings, Server, "
                        + "Client, UseAccessLevelOnImports or EmptyFiles")
            }
        }
    }

    private static func value<Value: CaseIterable & RawRepresentable<String>>(
        _ text: String, of name: String
    ) throws -> Value {
        guard let value = Value.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            throw invalid(text, of: name, use: Value.allCases.map(\.rawValue))
        }
        return value
    }

    private static func flag(_ text: String, of name: String) throws -> Bool {
        guard let value = Bool(text.lowercased()) else { throw invalid(text, of: name, use: ["true", "false"]) }
        return value
    }

    private static func invalid(_ text: String, of name: String, use values: [String]) -> GeneratorError {
        GeneratorError("invalid value \"\(text)\" of option \(name): use \(values.joined(separator: " or "))")
    }

    private static func mappings(_ path: String) throws -> ProtoFileToModuleMappings {
        do { return try ProtoFileToModuleMappings(path: path) } catch {
            throw GeneratorError("cannot read the file \"\(path)\" of option ProtoPathModuleMappings: \(error)")
        }
    }
}
