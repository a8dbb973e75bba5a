// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import TestServers

/// Runs the command `micro` as a child process.
enum MicroTool {
    /// The output on both streams, and the exit status; nil if the command did not exit within 60 s.
    struct CommandResult {
        let text: String
        let status: Int32?
    }

    /// Runs `micro conformance registry`.
    static func conformance(_ arguments: String..., environment: [String: String] = [:]) async throws -> CommandResult {
        try await run(path, ["conformance", "registry"] + arguments, environment: environment)
    }

    /// Runs a program.
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> CommandResult {
        let child = try ChildProcess(program, arguments, environment: environment)
        let status = await child.exitStatus(within: .seconds(60))
        return CommandResult(text: child.text, status: status)
    }

    /// The path of `micro`, in the folder of the test program.
    static var path: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("micro").path
    }
}

/// A temporary file that is deleted with this object.
final class TemporaryFile: Sendable {
    let path: String

    init(_ text: String = "") throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("micro-\(UUID().uuidString)")
        try Data(text.utf8).write(to: url)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var data: Data { FileManager.default.contents(atPath: path) ?? Data() }
}
