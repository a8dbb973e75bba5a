// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A program that `micro run` starts and stops. Each line of its output gets its name in front, or is an object of JSON.
final class WatchedProgram: Sendable {
    private struct Line: Encodable {
        let program: String
        let line: String
    }

    let package: WatchedPackage
    private let name: String
    private let path: String
    private let environment: [String: String]
    private let format: OutputFormat
    private let process = Mutex<Process?>(nil)

    init(
        name: String, path: String, package: WatchedPackage, environment: [String: String], format: OutputFormat
    ) {
        self.name = name
        self.path = path
        self.package = package
        self.environment = environment
        self.format = format
    }

    /// Starts the program.
    ///
    /// - Throws: ``CommandError``; `CancellationError` if the command is about to exit.
    func start() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: path)
        child.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        child.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        child.standardOutput = pipe
        child.standardError = pipe
        do { try OwnedProcesses.start(child) } catch let error as CancellationError { throw error } catch {
            throw CommandError("cannot start \(path): \(error.localizedDescription)")
        }
        let reader = pipe.fileHandleForReading
        Thread.detachNewThread { [name, format] in Self.copyLines(of: reader, name, format) }
        process.withLock { $0 = child }
        Console.standard.message("\(name): started as process \(child.processIdentifier)")
    }

    /// Sends SIGTERM.
    func requestStop() {
        process.withLock { child in if let child, child.isRunning { kill(child.processIdentifier, SIGTERM) } }
    }

    /// Waits until the program has stopped, at most until an instant.
    func waitForStop(until end: ContinuousClock.Instant) async {
        guard process.withLock({ $0 != nil }) else { return }
        while process.withLock({ $0?.isRunning ?? false }) {
            guard ContinuousClock.now < end else { return }
            // Not cancelled: see ``ProgramShutdown``.
            try? await Task.sleep(for: .milliseconds(20))
        }
        process.withLock { $0 = nil }
        Console.standard.message("\(name): stopped")
    }

    /// Kills the program if it still runs.
    ///
    /// - Parameter timeout: The time that it had, for the message.
    func forceStop(after timeout: Duration) async {
        guard let child = process.withLock({ $0.take() }) else { return }
        if child.isRunning { kill(child.processIdentifier, SIGKILL) }
        Console.standard.message("\(name): killed, because it did not stop within \(timeout)")
    }

    /// Reports once that the program has exited without being stopped.
    func reportExit() {
        let status = process.withLock { process -> Int32? in
            guard let child = process, !child.isRunning else { return nil }
            process = nil
            return child.terminationStatus
        }
        if let status {
            Console.standard.message("\(name): exited with status \(status); it starts again with the next change")
        }
    }

    /// Copies the output until its end. `FileHandle.read(upToCount:)` would wait for a full buffer.
    private static func copyLines(of file: FileHandle, _ name: String, _ format: OutputFormat) {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        var rest: [UInt8] = []
        while true {
            let count = buffer.withUnsafeMutableBytes { read(file.fileDescriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            rest += buffer[..<count]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                write(rest[..<end], name, format)
                rest.removeFirst(end + 1)
            }
            // A line without end is not kept in memory.
            if rest.count > buffer.count {
                write(rest[...], name, format)
                rest = []
            }
        }
        if !rest.isEmpty { write(rest[...], name, format) }
    }

    private static func write(_ line: ArraySlice<UInt8>, _ name: String, _ format: OutputFormat) {
        let text = String(decoding: line, as: UTF8.self)
        // A closed output does not affect the other programs.
        switch format {
        case .text: try? Console.standard.line(StyledText("\(name) | ", .bold) + StyledText(text))
        case .json: try? Console.standard.jsonLine(Line(program: name, line: text))
        }
    }
}
