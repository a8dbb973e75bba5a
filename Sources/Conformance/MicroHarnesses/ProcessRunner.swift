// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Runs a program to its end, without a shell and within a bound.
enum ProcessRunner {
    /// How a program ended.
    struct Outcome: Sendable {
        /// Its exit status, or the signal that ended it; nil if the bound passed and it was ended.
        let status: Int32?
        /// The last 4 KiB of its standard output.
        let output: String
        /// The last 4 KiB of its standard error.
        let errors: String
    }

    private static let maxOutputSize: UInt64 = 4096
    /// How long a program has to end what it has started, once it is told to end.
    private static let terminationGracePeriod = Duration.seconds(1)
    private static let pollInterval = Duration.milliseconds(10)

    /// Runs a program. One that is cut off is told to end (`SIGTERM`), and killed if it does not.
    ///
    /// - Parameters:
    ///   - program: Its path.
    ///   - bound: How long it may run.
    /// - Throws: `CancellationError`, or what Foundation throws for a program that cannot be started.
    static func run(_ program: String, _ arguments: [String], within timeout: Duration) async throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("micro-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files, not pipes: what the program leaves running may keep a pipe open for ever.
        let (output, errors) = (folder.appendingPathComponent("output"), folder.appendingPathComponent("errors"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try emptyFile(output)
        process.standardError = try emptyFile(errors)
        try withoutBlockedSignals { try process.run() }
        let hasEnded = try await waitForExit(for: process, until: .now + timeout)
        return Outcome(
            status: hasEnded ? process.terminationStatus : nil, output: tail(of: output), errors: tail(of: errors))
    }

    /// Whether the process ended by itself; it has ended in any case.
    private static func waitForExit(for process: Process, until deadline: ContinuousClock.Instant) async throws -> Bool
    {
        do {
            while process.isRunning {
                guard .now < deadline else {
                    await end(process)
                    return false
                }
                try await Task.sleep(for: pollInterval)
            }
            return true
        } catch {
            await end(process)
            throw error
        }
    }

    /// Ends a process, also for a caller that is cancelled.
    private static func end(_ process: Process) async {
        await Task {
            for signal in [SIGTERM, SIGKILL] {
                if process.isRunning { kill(process.processIdentifier, signal) }
                let deadline = ContinuousClock.now + terminationGracePeriod
                while process.isRunning, .now < deadline { try? await Task.sleep(for: pollInterval) }
            }
        }.value
    }

    /// A child inherits the blocked signals of the thread that starts it, and those of the pool block nearly all.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    private static func emptyFile(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    private static func tail(of url: URL) -> String {
        guard let file = try? FileHandle(forReadingFrom: url), let size = try? file.seekToEnd() else { return "" }
        try? file.seek(toOffset: size - min(size, maxOutputSize))
        let data = try? file.read(upToCount: Int(maxOutputSize))
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}
