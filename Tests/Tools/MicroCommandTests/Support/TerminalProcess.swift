// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import Synchronization
import TestServers
import TestSupport

/// A program on a pseudo-terminal, as in a terminal window.
final class TerminalProcess: Sendable {
    private final class Output: Sendable {
        let bytes = Mutex<[UInt8]>([])
    }

    private let primary: Int32
    private let child: Process
    private let output = Output()

    /// Starts a program.
    init(_ program: String, _ arguments: [String], environment: [String: String]) throws {
        let secondary: Int32
        (primary, secondary) = try PseudoTerminal.open()
        let terminal = FileHandle(fileDescriptor: secondary, closeOnDealloc: true)
        child = Process()
        child.executableURL = URL(fileURLWithPath: program)
        child.arguments = arguments
        child.environment = ProcessInfo.processInfo.environment
            .filter { variable in !["MICRO_", "CONSUL_", "NO_COLOR"].contains(where: variable.key.hasPrefix) }
            .merging(environment.merging(["TERM": "xterm"]) { $1 }) { $1 }
        child.standardInput = terminal
        child.standardOutput = terminal
        child.standardError = terminal
        try child.start()
        Thread.detachNewThread { [primary, output] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(primary, &buffer, buffer.count)
                guard count > 0 else { break }
                output.bytes.withLock { $0 += buffer[..<count] }
            }
        }
    }

    deinit {
        if child.isRunning { kill(child.processIdentifier, SIGKILL) }
        close(primary)
    }

    /// The output so far, with its control sequences.
    var text: String { String(decoding: output.bytes.withLock(\.self), as: UTF8.self) }

    /// Types keys.
    func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = bytes.withUnsafeBytes { write(primary, $0.baseAddress, $0.count) }
    }

    /// Waits until the output contains a text.
    func shows(_ expected: String) async -> Bool { await eventually(within: .seconds(20)) { text.contains(expected) } }

    func send(_ signal: Int32) { if child.isRunning { kill(child.processIdentifier, signal) } }

    /// Waits until the process exits; nil if it does not within 20 s.
    func exitStatus() async -> Int32? {
        await eventually(within: .seconds(20)) { !child.isRunning } ? child.terminationStatus : nil
    }
}
