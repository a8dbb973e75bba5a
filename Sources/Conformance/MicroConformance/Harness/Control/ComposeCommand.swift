// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// The command line of compose for one file: `docker compose -f FILE`, or `docker-compose -f FILE` (version 1).
package struct ComposeCommand: Sendable {
    /// The default time limit of a command: a server has 10 s to stop, and an image may need to be pulled.
    package static let defaultTimeout = Duration.seconds(120)

    private let program: String
    private let baseArguments: [String]
    private let timeout: Duration

    /// Finds compose.
    ///
    /// - Parameters:
    ///   - file: The compose file.
    ///   - searchPath: The folders to search, in the format of `PATH`.
    ///   - timeout: The time limit of each command.
    /// - Throws: ``/MicroCore/MicroError`` if neither program is installed, or `docker` does not respond within the limit.
    package init(
        file: String, searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "",
        timeout: Duration = defaultTimeout
    ) async throws {
        func path(of program: String) -> String? {
            searchPath.split(separator: ":").map { "\($0)/\(program)" }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
        }
        self.timeout = timeout
        if let docker = path(of: "docker"), try await Self.hasPlugin(docker, timeout) {
            (program, baseArguments) = (docker, ["compose", "-f", file])
        } else if let compose = path(of: "docker-compose") {
            (program, baseArguments) = (compose, ["-f", file])
        } else {
            throw MicroError(
                .unavailable,
                "neither docker compose nor docker-compose is installed to control \(file): install one of them, or "
                    + "omit --control", origin: "conformance")
        }
    }

    /// Runs a command of compose.
    ///
    /// - Returns: The last 4 KiB of its standard output.
    /// - Throws: ``/MicroCore/MicroError`` with the command and the end of its standard error, if it failed or exceeded the
    ///   time limit.
    @discardableResult
    package func run(_ arguments: String...) async throws -> String {
        let allArguments = baseArguments + arguments
        let outcome = try await Self.outcome(program, allArguments, timeout)
        guard outcome.status != 0 else { return outcome.output }
        throw Self.failure(program, allArguments, outcome, timeout)
    }

    /// Whether docker has the compose plugin. Without it, the command fails immediately; a command that hangs is an
    /// error.
    private static func hasPlugin(_ docker: String, _ timeout: Duration) async throws -> Bool {
        let arguments = ["compose", "version"]
        let outcome = try await outcome(docker, arguments, timeout)
        guard outcome.status != nil else { throw failure(docker, arguments, outcome, timeout) }
        return outcome.status == 0
    }

    private static func outcome(
        _ program: String, _ arguments: [String], _ timeout: Duration
    ) async throws -> ProcessRunner.Outcome {
        do { return try await ProcessRunner.run(program, arguments, timeout: timeout) } catch let error
            where !(error is CancellationError)
        {
            throw MicroError(
                .unavailable,
                "cannot run \(program): \(error.localizedDescription). Check the file and its permissions",
                origin: "conformance", cause: error)
        }
    }

    private static func failure(
        _ program: String, _ arguments: [String], _ outcome: ProcessRunner.Outcome, _ timeout: Duration
    ) -> MicroError {
        let name = URL(fileURLWithPath: program).lastPathComponent
        let command = ([name] + arguments).joined(separator: " ")
        let lines = outcome.errors.split(whereSeparator: \.isNewline).suffix(5)
        let errors = lines.isEmpty ? "no output on standard error" : lines.joined(separator: "; ")
        let (code, result) =
            outcome.status.map { (MicroError.Code.unavailable, "failed with status \($0)") }
            ?? (.deadlineExceeded, "was terminated after \(timeout)")
        return MicroError(code, "\(command) \(result): \(errors). Is the Docker engine running?", origin: "conformance")
    }
}
