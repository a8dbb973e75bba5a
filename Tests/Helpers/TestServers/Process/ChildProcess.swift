// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import TestSupport

/// A child process of a test. Its output is recorded. It is killed when this object is released.
package final class ChildProcess: Sendable {
    /// The beginnings of the names of the variables that are not inherited.
    private static let privatePrefixes = [
        "MICRO_", "CONSUL_", "ETCD", "NATS_", "RABBITMQ_", "KUBERNETES_", "KUBECONFIG", "POD_", "OTEL_",
    ]

    private let output: URL
    private let process: Process

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: Its path.
    ///   - arguments: Its arguments.
    ///   - environment: Variables in addition to those of this process. The variables of this package, of the servers,
    ///     of Kubernetes and of OpenTelemetry are not inherited.
    package init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        output = FileManager.default.temporaryDirectory.appendingPathComponent("child-\(UUID().uuidString).log")
        try Data().write(to: output)
        let file = try FileHandle(forWritingTo: output)
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { variable in !Self.privatePrefixes.contains(where: variable.key.hasPrefix) }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = file
        process.standardError = file
        try process.start()
        try file.close()
    }

    /// Starts a program, records the first line of one of its output streams, and then closes the reading end of that
    /// pipe.
    ///
    /// - Parameter stream: The file descriptor of the stream. The other stream is discarded.
    package convenience init(
        readingFirstLineOf stream: Int32, of program: String, _ arguments: [String],
        environment: [String: String] = [:]
    ) throws {
        let redirection = stream == STDOUT_FILENO ? "2>/dev/null > >(head -n 1)" : "2> >(head -n 1) >/dev/null"
        try self.init(
            "/bin/bash", ["-c", "exec \"$0\" \"$@\" \(redirection)", program] + arguments, environment: environment)
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: output)
    }

    /// The process ID.
    package var id: Int32 { process.processIdentifier }

    /// Whether the process has not exited yet.
    package var isRunning: Bool { process.isRunning }

    /// The output on both streams so far.
    package var text: String { String(decoding: (try? Data(contentsOf: output)) ?? Data(), as: UTF8.self) }

    /// Sends a signal, such as `SIGTERM`.
    package func send(_ signal: Int32) { if process.isRunning { kill(process.processIdentifier, signal) } }

    /// Waits until the process exits.
    ///
    /// - Returns: The exit status; nil if the process has not exited within the timeout.
    package func exitStatus(within timeout: Duration = .seconds(20)) async -> Int32? {
        await eventually(within: timeout) { !process.isRunning } ? process.terminationStatus : nil
    }

    /// Kills the process with `SIGKILL` and waits until it has exited.
    package func forceKill() async {
        send(SIGKILL)
        _ = await exitStatus()
    }
}
