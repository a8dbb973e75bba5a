// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PackagePlugin

/// `swift package generate-micro-protobuf`: writes Swift code for the `.proto` files of targets into the package, for those
/// who keep generated code under version control.
@main struct MicroProtobufCommand: CommandPlugin {
    func performCommand(context: PluginContext, arguments: [String]) throws {
        var extractor = ArgumentExtractor(arguments)
        let targetNames = extractor.extractOption(named: "target")
        let folder = extractor.extractOption(named: "output").first ?? "Generated"
        guard extractor.remainingArguments.isEmpty else {
            throw PluginError(
                "unknown arguments \(extractor.remainingArguments.joined(separator: " ")): use [--target NAME]… "
                    + "[--output FOLDER]")
        }
        let targets =
            try targetNames.isEmpty
            ? context.package.targets : context.package.targets(named: targetNames)
        var isDone = false
        for case let target as any SourceModuleTarget in targets where !target.protoFiles.isEmpty {
            try generate(target, in: folder, context: context)
            isDone = true
        }
        guard isDone else { throw PluginError("none of the targets has a .proto file") }
    }

    /// Generates the code of a target into a folder in that of the target.
    private func generate(_ target: any SourceModuleTarget, in folder: String, context: PluginContext) throws {
        let invocation = try ProtocInvocation(context: context, targetFolder: target.directoryURL)
        let output = target.directoryURL.appending(path: folder)
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = invocation.protoc
        // Generators fail to read their request if the standard input of protoc is closed.
        process.standardInput = FileHandle.nullDevice
        process.arguments = invocation.arguments(
            files: target.protoFiles, output: output, fileNaming: "FullPath", writesEmptyFiles: false)
        try process.run()
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw PluginError("protoc failed for the target \(target.name): see its output above")
        }
        print("Generated the code of \(target.protoFiles.count) .proto files in \(output.path(percentEncoded: false))")
    }
}
