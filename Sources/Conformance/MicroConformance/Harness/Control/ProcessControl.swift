// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Foundation
import MicroCore
import Synchronization

/// Controls a backend that is a child process of the tests.
///
/// ```swift
/// let control = ProcessControl("nats-server", ["-p", "14222"]) { await accepts("127.0.0.1:14222") }
/// try await control.perform(.start)
/// // … cases …
/// await control.end()
/// ```
///
/// The process must run in the foreground. Its output is kept in a temporary file; errors contain the end of the
/// output.
public final class ProcessControl: BackendControl {
    /// Performs an action by a request to the server. The handler receives the control, so that it can restart the
    /// process.
    public typealias Handler = @Sendable (ProcessControl) async throws -> Void

    private static let startTimeout = Duration.seconds(30)
    private static let stopTimeout = Duration.seconds(20)

    private let program: String
    private let arguments: [String]
    private let environment: [String: String]
    private let dataFolder: URL?
    private let handlers: [BackendAction: Handler]
    private let isServing: @Sendable () async -> Bool
    private let output = FileManager.default.temporaryDirectory.appendingPathComponent("micro-\(UUID().uuidString).log")
    private let process = Mutex<Process?>(nil)

    /// Creates a control. It does not start the process.
    ///
    /// - Parameters:
    ///   - program: The path of the program, or its name on the `PATH`.
    ///   - arguments: Its arguments.
    ///   - environment: Environment variables in addition to those of the tests.
    ///   - dataFolder: The folder with the data of the backend, whose contents ``BackendAction/wipe`` deletes; nil if the
    ///     backend keeps its data in memory.
    ///   - handlers: The supported actions in addition to stopping, killing, starting, pausing, resuming and wiping.
    ///   - isServing: Whether the backend serves requests. It should return within a few seconds.
    public init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], dataFolder: URL? = nil,
        handlers: [BackendAction: Handler] = [:], isServing: @escaping @Sendable () async -> Bool
    ) {
        (self.program, self.arguments, self.environment) = (program, arguments, environment)
        (self.dataFolder, self.handlers, self.isServing) = (dataFolder, handlers, isServing)
    }

    deinit {
        if let process = process.withLock(\.self), process.isRunning { kill(process.processIdentifier, SIGKILL) }
        // The output is no longer needed. The file may not exist.
        try? FileManager.default.removeItem(at: output)
    }

    /// The ID of the process; nil while it does not run.
    public var processID: Int32? { process.withLock { $0.flatMap { $0.isRunning ? $0.processIdentifier : nil } } }

    /// The actions that signals perform, and those that have a handler.
    public var actions: Set<BackendAction> {
        Set([.stop, .kill, .start, .pause, .resume, .wipe]).union(handlers.keys)
    }

    /// Performs an action. The process has 20 s to exit after `SIGTERM`, and 30 s to start.
    ///
    /// - Throws: ``/MicroCore/MicroError`` if the process does not start or exit in time, or the program does not exist;
    ///   `unsupported` for an action without a handler.
    public func perform(_ action: BackendAction) async throws {
        if let handler = handlers[action] { return try await handler(self) }
        switch action {
        case .stop: try await stop()
        case .kill: await end()
        case .start: try await start()
        case .pause: signal(SIGSTOP)
        case .resume: signal(SIGCONT)
        case .wipe:
            await end()
            try removeData()
            try await start()
        case .compact, .revoke, .revokeCredentials:
            throw MicroError(.unsupported, "\(program) has no action \(action)", origin: "conformance")
        }
    }

    /// Kills the process, and waits until it has exited. Call it after the last case.
    public func end() async {
        signal(SIGKILL)
        _ = await waitForExit(within: Self.stopTimeout)
    }

    private func start() async throws {
        if processID == nil { try launch() }
        try await BackendStart.wait(for: program, within: Self.startTimeout) { [isServing] in
            // A process that has exited will never serve; the check below reports the exit.
            if self.processID == nil { return true }
            return await isServing()
        } advice: {
            "the end of its output: \(ProcessRunner.tail(of: output))"
        }
        guard processID != nil else {
            throw MicroError(
                .unavailable, "\(program) exited at its start: \(ProcessRunner.tail(of: output))",
                origin: "conformance")
        }
    }

    private func launch() throws {
        let path = try ProcessRunner.path(of: program)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let file = try ProcessRunner.emptyFile(output)
        (process.standardOutput, process.standardError) = (file, file)
        try process.start()
        self.process.withLock { $0 = process }
    }

    private func stop() async throws {
        // A suspended process would not notice the signal.
        signal(SIGCONT)
        signal(SIGTERM)
        guard await waitForExit(within: Self.stopTimeout) else {
            await end()
            throw MicroError(
                .deadlineExceeded, "\(program) did not exit within \(Self.stopTimeout) after SIGTERM and was killed",
                origin: "conformance")
        }
    }

    private func signal(_ signal: Int32) { if let processID { kill(processID, signal) } }

    /// Returns whether the process has exited, even if the calling task is cancelled.
    private func waitForExit(within limit: Duration) async -> Bool {
        await Task {
            let deadline = ContinuousClock.now + limit
            while processID != nil, .now < deadline { try? await Task.sleep(for: .milliseconds(10)) }
            return processID == nil
        }.value
    }

    private func removeData() throws {
        guard let dataFolder else { return }
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: dataFolder.path) {
            try files.removeItem(at: dataFolder.appendingPathComponent(name))
        }
    }
}
