// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// The child process of a test server. It can be started again after it has ended.
package final class ServerProcess: Sendable {
    private let program: String
    private let child = Mutex<ChildProcess?>(nil)

    /// The process of a program, given by its name on the `PATH` or by its path. It is not started yet.
    init(_ program: String) { self.program = program }

    /// Whether the process exists, even if a signal has stopped it.
    var isRunning: Bool { child.withLock { $0?.isRunning ?? false } }

    /// The process ID; nil if the process does not run.
    var id: Int32? { child.withLock { $0.flatMap { $0.isRunning ? $0.id : nil } } }

    /// Starts the process and does not wait.
    ///
    /// - Throws: `TestServerError` if the program does not exist or is already running.
    func launch(_ arguments: [String] = [], environment: [String: String] = [:]) throws {
        guard let path = Machine.path(of: program) else {
            throw TestServerError(description: "no \(program) on the PATH")
        }
        try child.withLock { child in
            guard child?.isRunning != true else {
                throw TestServerError(description: "\(program) is already running")
            }
            child = try ChildProcess(path, arguments, environment: environment)
        }
    }

    /// Waits until a condition holds.
    ///
    /// - Throws: `TestServerError` with the output of the process if it has exited, or after 60 s: RabbitMQ needed more than 30 s on two
    ///   cores with a load of 10.
    func waitUntil(_ isReady: () async -> Bool) async throws {
        guard await eventually(within: .seconds(60), { await isReady() || !isRunning }), isRunning else {
            throw TestServerError(description: "\(program) did not start: \(child.withLock { $0?.text ?? "" })")
        }
    }

    /// Sends a signal. After `SIGSTOP` all threads of the process have stopped on return, on Linux.
    func signal(_ signal: Int32) {
        child.withLock { $0?.send(signal) }
        guard signal == SIGSTOP, let id else { return }
        for _ in 0..<1000 where !ProcessState.isStopped(id) { Thread.sleep(forTimeInterval: 0.001) }
    }

    /// Kills the process with `SIGKILL` and waits until it has exited.
    func kill() async { await take()?.forceKill() }

    /// Terminates the process with `SIGTERM` and waits until it has exited.
    ///
    /// - Throws: `TestServerError` if it has not exited within 20 s; in that case, it is killed.
    func stop() async throws {
        guard let child = take() else { return }
        child.send(SIGTERM)
        guard await child.exitStatus() != nil else {
            await child.forceKill()
            throw TestServerError(description: "\(program) did not exit after SIGTERM: \(child.text)")
        }
    }

    private func take() -> ChildProcess? {
        child.withLock { child in
            defer { child = nil }
            return child
        }
    }
}

/// The state of a process in Linux's `/proc`.
private enum ProcessState {
    /// Whether `SIGSTOP` has stopped all threads of a process. True without `/proc`.
    static func isStopped(_ process: Int32) -> Bool {
        let folder = "/proc/\(process)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return threads.allSatisfy { thread in
            // The line is "ID (NAME) STATE …", and NAME may contain parentheses and spaces.
            let line = try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8)
            let rest = line.flatMap { line in line.lastIndex(of: ")").map { line[$0...].dropFirst(2) } }
            return rest.map { $0.hasPrefix("T") } ?? true
        }
    }
}
