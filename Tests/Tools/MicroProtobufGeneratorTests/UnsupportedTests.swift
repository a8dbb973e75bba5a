// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroProtobufGenerator
import SwiftProtobufPluginLibrary
import Testing

/// Unsupported features are reported as errors with file, line and column.
@Suite(.requiresProtoc, .timeLimit(.minutes(1))) struct UnsupportedTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Unsupported")

    private func error(_ files: String..., options: String = "") async throws -> [String] {
        let response = try await Protoc.generate(files, in: Self.folder, options: options)
        #expect(response.file.isEmpty || response.error.isEmpty)
        return response.error.split(separator: "\n").map(String.init)
    }

    @Test func methodsWithOneSwiftNameAreReported() async throws {
        #expect(
            try await error("duplicate_methods.proto") == [
                "duplicate_methods.proto:11:3: the methods GetUser and get_user both become getUser in Swift: rename one of "
                    + "them"
            ])
    }

    @Test func messageWithNameOfGeneratedTypeIsReported() async throws {
        #expect(
            try await error("collides_with_message.proto") == [
                "collides_with_message.proto:6:1: the generated type GreeterClient of service Greeter collides with that of "
                    + "GreeterClient: rename one of them, or set the option ServiceNaming=Package"
            ])
    }

    @Test func servicesWithOneNameAreReported() async throws {
        let problems = try await error("same_service_a.proto", "same_service_b.proto")
        #expect(
            problems.map { $0.prefix(27) } == [
                "same_service_b.proto:7:1: t", "same_service_b.proto:7:1: t", "same_service_b.proto:7:1: t",
            ])
        #expect(problems.first?.contains("StoreService of service b.Store collides with that of a.Store") == true)
        #expect(
            try await error("same_service_a.proto", "same_service_b.proto", options: "ServiceNaming=Package").isEmpty)
    }

    @Test func problemNamesNoOptionThatIsSet() async throws {
        #expect(
            try await error("collides_with_message.proto", options: "ServiceNaming=Package") == [
                "collides_with_message.proto:6:1: the generated type GreeterClient of service Greeter collides with that of "
                    + "GreeterClient: rename one of them"
            ])
    }

    @Test func messageThatHidesModuleIsReported() async throws {
        #expect(
            try await error("hides_module.proto") == [
                "hides_module.proto:10:1: the message Micro becomes the Swift type Micro, which hides the module Micro from "
                    + "generated code: put it into a package, or set the file option swift_prefix"
            ])
    }

    @Test func enumerationThatHidesModuleIsReported() async throws {
        #expect(
            try await error("enum_hides_module.proto") == [
                "enum_hides_module.proto:14:1: the enumeration Micro becomes the Swift type Micro, which hides the module "
                    + "Micro from generated code: put it into a package, or set the file option swift_prefix"
            ])
    }

    @Test(arguments: [
        ("Visibility=Secret", #"invalid value "Secret" of option Visibility: use Internal or Public or Package"#),
        ("Server=maybe", #"invalid value "maybe" of option Server: use true or false"#),
        ("Colour=red", #"unknown option "Colour": use Visibility, FileNaming, ServiceNaming"#),
        ("ProtoPathModuleMappings=/nonexistent", #"cannot read the file "/nonexistent" of option"#),
    ])
    func invalidOptionIsReported(_ option: String, _ message: String) async throws {
        let problems = try await error("same_service_a.proto", options: option)
        #expect(problems.count == 1 && problems.first?.hasPrefix(message) == true, "\(problems)")
    }
}
