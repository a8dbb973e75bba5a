// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The configuration of the generators, read from `micro-protobuf.json` in the folder of a target. Every key is optional.
struct GeneratorConfiguration: Codable {
    static let fileName = "micro-protobuf.json"

    /// The access level of generated code: `internal` (the default), `package` or `public`.
    var visibility: String?
    /// Whether imports in generated code have access levels; needed with `InternalImportsByDefault`.
    var useAccessLevelOnImports: Bool?
    /// The names of generated types: `short` (the default) or `package`.
    var serviceNaming: String?
    /// Whether the server side is generated; true by default.
    var server: Bool?
    /// Whether the client side is generated; true by default.
    var client: Bool?
    /// A file that maps `.proto` files to Swift modules, relative to the folder of the target.
    var moduleMappings: String?
    /// Folders that imports are relative to, in addition to the folder of the target. Their paths are relative to it.
    var importPaths: [String]?
    /// The path of `protoc`; the variable `PROTOC_PATH` overrides it.
    var protocPath: String?

    /// Reads the configuration of a target; the defaults if it has none.
    init(targetFolder: URL) throws {
        let file = targetFolder.appending(path: Self.fileName)
        guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) else { return }
        do { self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file)) } catch {
            throw PluginError("cannot read \(file.path(percentEncoded: false)): \(error)")
        }
    }

    /// The options of `protoc-gen-swift`.
    func messageOptions(in targetFolder: URL) -> [String] {
        var options: [String] = []
        if let visibility { options.append("Visibility=\(visibility.prefix(1).uppercased())\(visibility.dropFirst())") }
        if let useAccessLevelOnImports { options.append("UseAccessLevelOnImports=\(useAccessLevelOnImports)") }
        if let moduleMappings {
            let file = targetFolder.appending(path: moduleMappings)
            options.append("ProtoPathModuleMappings=\(file.path(percentEncoded: false))")
        }
        return options
    }

    /// The options of `protoc-gen-micro-swift`.
    func serviceOptions(in targetFolder: URL) -> [String] {
        var options = messageOptions(in: targetFolder)
        if let serviceNaming { options.append("ServiceNaming=\(serviceNaming)") }
        if let server { options.append("Server=\(server)") }
        if let client { options.append("Client=\(client)") }
        return options
    }
}

/// An error of the plugin, shown by SwiftPM.
struct PluginError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
