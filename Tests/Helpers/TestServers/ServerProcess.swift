// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import Synchronization
import TestSupport

/// The child process behind a server of the tests: one at a time, and what is done to it.
package final class ServerProcess: Sendable {
    private let program: String
    private let child = Mutex<ChildProcess?>(nil)

    /// The process of a program, by its name on the `PATH` or its path; not started yet.
    init(_ program: String) { self.program = program }

    /// Whether it runs now, stopped by a signal or not.
    var isRunning: Bool { child.withLock { $0?.isRunning ?? false } }

    /// Its ID; nil if it does not run.
    var id: Int32? { child.withLock { $0.flatMap { $0.isRunning ? $0.id : nil } } }

    /// Starts it, and does not wait for anything.
    ///
    /// - Throws: `TestServerError` if there is no such program, or if it runs already.
    func launch(_ arguments: [String] = [], environment: [String: String] = [:]) throws {
        guard let path = Machine.path(of: program) else {
            throw TestServerError(description: "no \(program) on the PATH")
        }
        try child.withLock { child in
            guard child?.isRunning != true else { throw TestServerError(description: "\(program) runs already") }
            child = try ChildProcess(path, arguments, environment: environment)
        }
    }

    /// Waits until a condition holds, and no longer than the process runs.
    ///
    /// - Throws: `TestServerError` with what the program printed, if it ended or the bound (30 s) passed.
    func waitUntil(_ isReady: () async -> Bool) async throws {
        guard await eventually({ await isReady() || !isRunning }), isRunning else {
            throw TestServerError(description: "\(program) did not start: \(child.withLock { $0?.text ?? "" })")
        }
    }

    /// Sends it a signal. After `SIGSTOP` it stands still when this returns, where Linux tells.
    func signal(_ signal: Int32) {
        child.withLock { $0?.send(signal) }
        guard signal == SIGSTOP, let id else { return }
        for _ in 0..<1000 where !ProcessState.isStopped(id) { Thread.sleep(forTimeInterval: 0.001) }
    }

    /// Ends it with `SIGKILL` and waits.
    func kill() async { await take()?.forceKill() }

    /// Ends it with `SIGTERM` and waits until it is done.
    ///
    /// - Throws: `TestServerError` if it was not done within 20 s; it is killed then.
    func stop() async throws {
        guard let child = take() else { return }
        child.send(SIGTERM)
        guard await child.exitStatus() != nil else {
            await child.forceKill()
            throw TestServerError(description: "\(program) did not stop by SIGTERM: \(child.text)")
        }
    }

    private func take() -> ChildProcess? {
        child.withLock { child in
            defer { child = nil }
            return child
        }
    }
}

/// How a process is, as Linux tells.
enum ProcessState {
    /// Whether all threads of a process stand still after `SIGSTOP`. True where it cannot be told.
    static func isStopped(_ process: Int32) -> Bool {
        let folder = "/proc/\(process)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return threads.allSatisfy { thread in
            // ID (name) state …, and the name may have brackets and spaces.
            let line = try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8)
            let rest = line.flatMap { line in line.lastIndex(of: ")").map { line[$0...].dropFirst(2) } }
            return rest.map { $0.hasPrefix("T") } ?? true
        }
    }
}

extension CurlTransfer {
    /// Sends one request on connections of its own, as `curl` would.
    static func request(_ request: CurlRequest, tls: CurlTLS?) async throws -> (status: Int, text: String) {
        let transfer = CurlTransfer(configuration: .init(tls: tls ?? .init()))
        let result = await Result { try await transfer.perform(request) }
        await transfer.close()
        let response = try result.get()
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }
}

extension Result where Failure == any Error {
    init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
