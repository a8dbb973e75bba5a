// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PackagePlugin

/// The arguments with which `protoc` generates the messages and the services of `.proto` files.
struct ProtocInvocation {
    let protoc: URL
    let messageGenerator: URL
    let serviceGenerator: URL
    private let configuration: GeneratorConfiguration
    private let targetFolder: URL

    /// Finds the programs.
    ///
    /// - Throws: ``PluginError`` if there is no `protoc`.
    init(context: PluginContext, targetFolder: URL) throws {
        configuration = try GeneratorConfiguration(targetFolder: targetFolder)
        self.targetFolder = targetFolder
        protoc = try Self.findProtoc(configuration.protocPath)
        messageGenerator = try context.tool(named: "protoc-gen-swift").url
        serviceGenerator = try context.tool(named: "protoc-gen-micro-swift").url
    }

    private static func findProtoc(_ configuredPath: String?) throws -> URL {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["PROTOC_PATH"].flatMap({ $0.isEmpty ? nil : $0 }) ?? configuredPath {
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw PluginError(
                    "\(path) is not an executable file: correct PROTOC_PATH, or protocPath in "
                        + "\(GeneratorConfiguration.fileName)")
            }
            return URL(filePath: path)
        }
        var folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        #if os(macOS)
        // Xcode starts plugins without the PATH of the shell.
        folders += ["/usr/local/bin", "/opt/homebrew/bin"]
        #endif
        guard let path = folders.map({ "\($0)/protoc" }).first(where: FileManager.default.isExecutableFile) else {
            throw PluginError(
                "protoc, the protocol buffer compiler, is not installed: install it with \"apt-get install "
                    + "protobuf-compiler libprotobuf-dev\" (Debian, Ubuntu), \"dnf install protobuf-compiler\" (Fedora) or "
                    + "\"brew install protobuf\" (macOS), or set PROTOC_PATH to its path")
        }
        return URL(filePath: path)
    }

    /// The arguments of `protoc`.
    ///
    /// - Parameters:
    ///   - files: The `.proto` files, in the folder of the target.
    ///   - output: The folder of the generated files.
    ///   - fileNaming: The names of the generated files.
    ///   - writesEmptyFiles: Whether each file gets an output for its services, even if it has none.
    func arguments(files: [URL], output: URL, fileNaming: String, writesEmptyFiles: Bool) -> [String] {
        let output = output.path(percentEncoded: false)
        let naming = ["FileNaming=\(fileNaming)"]
        let messageOptions = naming + configuration.messageOptions(in: targetFolder)
        let serviceOptions =
            naming + ["EmptyFiles=\(writesEmptyFiles)"] + configuration.serviceOptions(in: targetFolder)
        return importPaths.map { "--proto_path=\($0)" } + [
            "--plugin=protoc-gen-swift=\(messageGenerator.path(percentEncoded: false))",
            "--plugin=protoc-gen-micro-swift=\(serviceGenerator.path(percentEncoded: false))",
            "--swift_out=\(output)", "--swift_opt=\(messageOptions.joined(separator: ","))",
            "--micro-swift_out=\(output)", "--micro-swift_opt=\(serviceOptions.joined(separator: ","))",
        ] + files.map(relativePath)
    }

    /// The files beside those to generate that the output depends on: the configuration, the module mappings, and the
    /// `.proto` files below the configured import paths.
    var configurationFiles: [URL] {
        let names = [GeneratorConfiguration.fileName, configuration.moduleMappings].compactMap(\.self)
        let imported = (configuration.importPaths ?? []).flatMap { path in
            let folder = targetFolder.appending(path: path)
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "proto" }
        }
        return names.map { targetFolder.appending(path: $0) }
            .filter { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) } + imported
    }

    /// The folders that names of `.proto` files are relative to: those of the configuration, then that of the target.
    private var importPaths: [String] {
        ((configuration.importPaths ?? []).map { targetFolder.appending(path: $0) } + [targetFolder])
            .map { $0.standardizedFileURL.path(percentEncoded: false) }
            .map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    }

    /// The name of a file for `protoc`: its path relative to the first import path that contains it. A file has only one name,
    /// because `protoc` takes a second one for another file with the same declarations.
    func relativePath(_ file: URL) -> String {
        let path = file.standardizedFileURL.path(percentEncoded: false)
        let prefix = importPaths.first(where: path.hasPrefix) ?? ""
        return String(path.dropFirst(prefix.count))
    }
}

extension SourceModuleTarget {
    /// The `.proto` files of the target.
    var protoFiles: [URL] {
        sourceFiles.map(\.url).filter { $0.pathExtension == "proto" }.sorted { $0.path() < $1.path() }
    }
}
