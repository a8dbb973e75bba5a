// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// Runs a program until it exits, without a shell and with a time limit.
enum ProcessRunner {
    /// The result of a program.
    struct Outcome: Sendable {
        /// The exit status, or the signal that terminated the program; nil if it was terminated at the time limit.
        let status: Int32?
        /// The last 4 KiB of its standard output.
        let output: String
        /// The last 4 KiB of its standard error.
        let errors: String
    }

    private static let maxOutputSize: UInt64 = 4096
    /// The time between `SIGTERM` and `SIGKILL`, for a program that must stop its own child processes.
    private static let terminationGracePeriod = Duration.seconds(1)
    private static let pollInterval = Duration.milliseconds(10)

    /// Runs a program. At the time limit, and if the task is cancelled, it is terminated with `SIGTERM`, then `SIGKILL`.
    ///
    /// - Parameters:
    ///   - program: Its path.
    ///   - timeout: The time limit.
    /// - Throws: `CancellationError`, or Foundation's error for a program that cannot be started.
    static func run(_ program: String, _ arguments: [String], timeout: Duration) async throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("micro-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files rather than pipes, because a process that the program has started may keep a pipe open after the
        // program's exit.
        let (output, errors) = (folder.appendingPathComponent("output"), folder.appendingPathComponent("errors"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try emptyFile(output)
        process.standardError = try emptyFile(errors)
        try process.start()
        let hasExited = try await waitForExit(of: process, until: .now + timeout)
        return Outcome(
            status: hasExited ? process.terminationStatus : nil, output: tail(of: output), errors: tail(of: errors))
    }

    /// The path of a program.
    ///
    /// - Parameter program: A path, or a name on the `PATH`.
    /// - Throws: ``/MicroCore/MicroError`` with `notFound`.
    static func path(of program: String) throws -> String {
        if program.contains("/") { return program }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        guard let path = folders.lazy.map({ "\($0)/\(program)" }).first(where: FileManager.default.isExecutableFile)
        else { throw MicroError(.notFound, "there is no program \(program) on the PATH", origin: "conformance") }
        return path
    }

    /// Returns whether the process exited before the deadline. In any case it has exited on return.
    private static func waitForExit(of process: Process, until deadline: ContinuousClock.Instant) async throws -> Bool {
        do {
            while process.isRunning {
                guard .now < deadline else {
                    await terminate(process)
                    return false
                }
                try await Task.sleep(for: pollInterval)
            }
            return true
        } catch {
            await terminate(process)
            throw error
        }
    }

    /// Terminates a process, even if the calling task is cancelled.
    private static func terminate(_ process: Process) async {
        await Task {
            for signal in [SIGTERM, SIGKILL] {
                if process.isRunning { kill(process.processIdentifier, signal) }
                let deadline = ContinuousClock.now + terminationGracePeriod
                while process.isRunning, .now < deadline { try? await Task.sleep(for: pollInterval) }
            }
        }.value
    }

    /// Creates an empty file, or empties it, and opens it for writing.
    static func emptyFile(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    /// The last 4 KiB of a file.
    static func tail(of url: URL) -> String {
        guard let file = try? FileHandle(forReadingFrom: url), let size = try? file.seekToEnd() else { return "" }
        try? file.seek(toOffset: size - min(size, maxOutputSize))
        let data = try? file.read(upToCount: Int(maxOutputSize))
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}
