// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import PackagePlugin

/// Generates Swift code from the `.proto` files of a target when it is built.
@main struct MicroProtobufPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let target = target as? any SourceModuleTarget, !target.protoFiles.isEmpty else {
            Diagnostics.warning("\(target.name) has no .proto file")
            return []
        }
        let invocation = try ProtocInvocation(context: context, targetFolder: target.directoryURL)
        let files = target.protoFiles
        let output = context.pluginWorkDirectoryURL
        let outputFiles = files.flatMap { file in
            // As the generators name them with PathToUnderscores.
            let name = invocation.relativePath(file).dropLast(".proto".count).replacing("/", with: "_")
            return [output.appending(path: "\(name).pb.swift"), output.appending(path: "\(name).micro.swift")]
        }
        return [
            .buildCommand(
                displayName: "Generating Swift code from the .proto files of \(target.name)",
                executable: invocation.protoc,
                arguments: invocation.arguments(
                    files: files, output: output, fileNaming: "PathToUnderscores", writesEmptyFiles: true),
                inputFiles: files + invocation.configurationFiles.filter { !files.contains($0) }
                    + [invocation.messageGenerator, invocation.serviceGenerator],
                outputFiles: outputFiles)
        ]
    }
}
