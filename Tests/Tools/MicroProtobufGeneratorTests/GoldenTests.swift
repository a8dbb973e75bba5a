// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroProtobufGenerator
import SwiftProtobuf
import SwiftProtobufPluginLibrary
import TestServers
import Testing

/// The generated files match the generator's output. `scripts/generate-protobuf` updates them.
@Suite(.requiresProtoc, .timeLimit(.minutes(1))) struct GoldenTests {
    private static let helpers = URL(fileURLWithPath: #filePath)
        .appendingPathComponent("../../../Helpers").standardizedFileURL
    private static let corpus = helpers.appendingPathComponent("ProtobufCorpus")
    private static let greeter = helpers.appendingPathComponent("GreeterProtobuf")

    /// The `.proto` files of the corpus that every version of `protoc` reads.
    private static let files =
        (FileManager.default.enumerator(atPath: corpus.path)?.compactMap { $0 as? String } ?? [])
        .filter { $0.hasSuffix(".proto") && !$0.hasSuffix("editions.proto") }.sorted()

    /// The options in the line "Options:" of a file.
    private static func options(of file: URL) throws -> String {
        let prefix = "// Options: "
        let line = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").first { $0.hasPrefix(prefix) }
        return ["FileNaming=PathToUnderscores", line.map { String($0.dropFirst(prefix.count)) }].compactMap(\.self)
            .joined(separator: ",")
    }

    private func check(_ file: String, in folder: URL) async throws {
        let options = try Self.options(of: folder.appendingPathComponent(file))
        try check(try await Protoc.generate([file], in: folder, options: options), file, in: folder)
    }

    private func check(
        _ response: Google_Protobuf_Compiler_CodeGeneratorResponse, _ file: String, in folder: URL
    ) throws {
        #expect(response.error == "")
        let name = FileNaming.pathToUnderscores.fileName(for: file)
        let golden = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        #expect(response.file.first?.name == (golden == nil ? nil : name))
        let lines = (response.file.first?.content ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        let expected = (golden ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        let difference = zip(lines, expected).first { $0 != $1 }
        #expect(difference?.0 == difference?.1)
        #expect(lines.count == expected.count)
    }

    @Test func greeterIsGeneratedAsExpected() async throws { try await check("greeter.proto", in: Self.greeter) }

    @Test(arguments: files) func corpusIsGeneratedAsExpected(_ file: String) async throws {
        // The first folder is the one that imports are relative to.
        let parts = file.split(separator: "/", maxSplits: 1).map(String.init)
        try await check(parts[1], in: Self.corpus.appendingPathComponent(parts[0]))
    }

    /// The descriptors were written by a version of `protoc` that supports editions (27 or later), with
    /// `--include_source_info`, and converted to proto3 JSON.
    @Test func fileWithEditionIsGeneratedAsExpected() throws {
        let folder = Self.corpus.appendingPathComponent("syntax")
        let descriptors = try Google_Protobuf_FileDescriptorSet(
            jsonUTF8Data: Data(contentsOf: folder.appendingPathComponent("editions.json")))
        let options = try Self.options(of: folder.appendingPathComponent("editions.proto"))
        try check(
            Protoc.generate(["editions.proto"], from: descriptors, options: options), "editions.proto", in: folder)
    }

    /// The type of a message in another module has the name of the module, which is imported.
    @Test func messagesOfOtherModulesAreImported() async throws {
        let mappings = FileManager.default.temporaryDirectory.appendingPathComponent("mappings-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: mappings) }
        try Data(#"mapping { module_name: "Shared" proto_file_path: "shared/common.proto" }"#.utf8).write(to: mappings)
        let response = try await Protoc.generate(
            ["nested.proto"], in: Self.corpus.appendingPathComponent("imports"),
            options: "ProtoPathModuleMappings=\(mappings.path)")
        #expect(response.error == "")
        let code = try #require(response.file.first?.content)
        #expect(code.contains("import Shared\n"))
        #expect(code.contains("Shared.Corpus_Shared_Page"))
    }

    @Test func corpusIsFound() { #expect(Self.files.count >= 13) }
}
