// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SwiftProtobufPluginLibrary
import Testing

/// Messages with many fields.
@Suite(.requiresProtoc, .timeLimit(.minutes(1))) struct LargeMessageTests {
    /// The generated code of a service whose only message has fields of its own type.
    private func generate(fields: Int) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("large-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = """
            syntax = "proto3";
            package large;
            service Trees { rpc Get(Tree) returns (Tree); }
            message Tree { \((1...fields).map { "Tree field\($0) = \($0);" }.joined(separator: " ")) }
            """
        try Data(text.utf8).write(to: folder.appendingPathComponent("large.proto"))
        let response = try await Protoc.generate(["large.proto"], in: folder)
        #expect(response.error == "")
        return try #require(response.file.first?.content)
    }

    /// All levels of 1,000 fields would be a billion fields.
    @Test func shapeOfRecursiveMessageHasOneLevel() async throws {
        let code = try await generate(fields: 1_000)
        #expect(code.ranges(of: #"name: "field1000""#).count == 2)
        #expect(code.ranges(of: #"name: "field"#).count == 2_000)
    }

    @Test func shapeHasDeeperLevelsWithinLimit() async throws {
        // 4 + 16 + 64 fields are within the limit of 100, 5 + 25 + 125 fields are not.
        #expect(try await generate(fields: 4).ranges(of: #"name: "field4""#).count == 2 * 21)
        #expect(try await generate(fields: 5).ranges(of: #"name: "field5""#).count == 2 * 6)
    }
}
