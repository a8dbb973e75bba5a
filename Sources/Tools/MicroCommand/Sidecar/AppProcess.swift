// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// The app that `micro sidecar` starts. It has the input and the output of the command.
final class AppProcess: Sendable {
    /// How long the app may take to stop after a signal before it is killed.
    private static let stopTimeout = Duration.seconds(10)

    private let process: Process
    private let exited: Task<Int32, Never>

    /// Starts a program, which is found in `PATH`.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - sidecar: The address of the sidecar, which the program gets as `MICRO_SIDECAR_ADDRESS` and `MICRO_PROXY_ADDRESS`.
    /// - Throws: ``CommandError``.
    init(_ command: [String], sidecar: Address) throws {
        let process = Process()
        // `env` searches the path.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["--"] + command
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["MICRO_SIDECAR_ADDRESS": "\(sidecar)", "MICRO_PROXY_ADDRESS": "\(sidecar)"]) { $1 }
        let promise = Promise<Int32>()
        process.terminationHandler = { process in
            let isSignal = process.terminationReason == .uncaughtSignal
            promise.resolve(with: .success(isSignal ? 128 + process.terminationStatus : process.terminationStatus))
        }
        // The app has its own time to stop.
        Interruption.extendCleanUp(to: Int(Self.stopTimeout.components.seconds) + 15)
        do { try OwnedProcesses.start(process) } catch let error as CancellationError { throw error } catch {
            throw CommandError("cannot start \(command[0]): \(error.localizedDescription)")
        }
        self.process = process
        exited = Task { (try? await promise.uncancellableValue()) ?? 1 }
    }

    /// Waits for the end of the app.
    ///
    /// - Returns: Its exit status, or 128 and the number of the signal that ended it.
    func exitStatus() async -> Int32 { await exited.value }

    /// Sends the signal that the command has received, or else `SIGTERM`, and waits until the app has exited. It is killed if
    /// it does not exit in time.
    func stop() async {
        if process.isRunning { kill(process.processIdentifier, Interruption.receivedSignal ?? SIGTERM) }
        let killer = Task { [process] in
            try await Task.sleep(for: Self.stopTimeout)
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
        _ = await exited.value
        killer.cancel()
    }
}
