// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroProtobufGenerator
import SwiftProtobuf
import SwiftProtobufPluginLibrary
import TestServers
import Testing

/// The protocol buffer compiler, as the tests use it.
enum Protoc {
    /// The path of the program; nil if there is none.
    static let path = Machine.path(of: variable("PROTOC_PATH") ?? "protoc")

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether tests fail without the program.
    static let isRequired = (variable("MICRO_REQUIRE_BACKENDS") ?? "").split(separator: ",").contains("protoc")

    /// Runs the compiler.
    ///
    /// - Parameter folder: The folder that the names of files are relative to.
    /// - Returns: The output on both streams and the exit status; nil if it did not exit within 60 s.
    static func run(_ arguments: [String], in folder: URL) async throws -> (text: String, status: Int32?) {
        let child = try ChildProcess(try #require(path), ["-I", folder.path] + arguments)
        let status = await child.exitStatus(within: .seconds(60))
        return (child.text, status)
    }

    /// The response of the generator to files, as `protoc` would get it.
    ///
    /// - Parameters:
    ///   - files: The names of the files, relative to the folder.
    ///   - options: The options of the generator.
    static func generate(
        _ files: [String], in folder: URL, options: String = ""
    ) async throws -> Google_Protobuf_Compiler_CodeGeneratorResponse {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("descriptors-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: output) }
        let (text, status) = try await run(
            ["--include_imports", "--include_source_info", "--descriptor_set_out=\(output.path)"] + files, in: folder)
        try #require(status == 0, "\(text)")
        return generate(
            files, from: try Google_Protobuf_FileDescriptorSet(serializedBytes: Data(contentsOf: output)),
            options: options)
    }

    /// The response of the generator to files whose descriptors are known.
    static func generate(
        _ files: [String], from descriptors: Google_Protobuf_FileDescriptorSet, options: String
    ) -> Google_Protobuf_Compiler_CodeGeneratorResponse {
        generateCode(
            request: .with {
                $0.fileToGenerate = files
                $0.parameter = options
                $0.protoFile = descriptors.file
            }, generator: MicroGenerator())
    }
}

extension Trait where Self == ConditionTrait {
    /// Enables tests if `protoc` is installed, or if `MICRO_REQUIRE_BACKENDS` has its name.
    static var requiresProtoc: Self {
        .enabled(
            if: Protoc.path != nil || Protoc.isRequired,
            "no protoc on the PATH: install the packages protobuf-compiler and libprotobuf-dev, or set PROTOC_PATH")
    }
}
