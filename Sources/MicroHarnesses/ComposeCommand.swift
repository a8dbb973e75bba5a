// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import Synchronization

/// Runs commands of docker compose on one file, and no longer than the bound.
struct ComposeCommand: Sendable {
    let file: String
    var bound = Duration.seconds(120)
    /// `docker compose`, or the older `docker-compose`.
    private let program: [String]

    /// - Throws: ``MicroCore/MicroError`` if there is neither.
    init(file: String) async throws {
        self.file = file
        for program in [["docker", "compose"], ["docker-compose"]] {
            if try await Self.run(program + ["version"], within: .seconds(20)).status == 0 {
                self.program = program
                return
            }
        }
        throw MicroError(
            .unavailable,
            "neither \"docker compose\" nor \"docker-compose\" is there to control the containers of \(file)",
            origin: "conformance")
    }

    /// Runs a command such as `stop etcd`.
    ///
    /// - Throws: ``MicroCore/MicroError`` with what it said, if it fails or takes too long.
    func callAsFunction(_ arguments: String...) async throws {
        let command = program + ["-f", file] + arguments
        let (status, text) = try await Self.run(command, within: bound)
        guard status != 0 else { return }
        let said = text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: " / ")
        let what = status.map { "ended with \($0)" } ?? "did not end within \(bound)"
        throw MicroError(
            .unavailable,
            "\"\(command.joined(separator: " "))\" \(what): \(said.isEmpty ? "it said nothing" : said). Is the Docker engine "
                + "running, and is the service in the file?", origin: "conformance")
    }

    /// The exit status, nil if it had to be killed, and what it printed.
    private static func run(_ command: [String], within bound: Duration) async throws -> (status: Int32?, text: String)
    {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("compose-\(UUID().uuidString).log")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        let file = try FileHandle(forWritingTo: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = file
        process.standardError = file
        let (ends, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        try process.run()
        try file.close()
        let id = process.processIdentifier
        let late = MicroError(.deadlineExceeded, "late", origin: "conformance")
        let status: Int32?
        do {
            status = try await withDeadline(.now + bound, orThrow: late) { await ends.first { _ in true } }
        } catch {
            kill(id, SIGKILL)
            if error is CancellationError { throw error }
            status = nil
        }
        let text = (try? Data(contentsOf: output)).map { String(decoding: $0.suffix(4096), as: UTF8.self) } ?? ""
        return (status, text)
    }
}
