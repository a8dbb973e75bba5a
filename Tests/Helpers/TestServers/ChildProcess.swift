// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// A child process of a test: its output is kept, and it ends with the test at the latest.
package final class ChildProcess: Sendable {
    private let output: URL
    private let process: Process

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: Its path.
    ///   - arguments: Its arguments.
    ///   - environment: Variables beside those of this process; the ones of this toolkit and of the servers are not
    ///     inherited.
    package init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        output = FileManager.default.temporaryDirectory.appendingPathComponent("child-\(UUID().uuidString).log")
        try Data().write(to: output)
        let file = try FileHandle(forWritingTo: output)
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { variable in !["MICRO_", "CONSUL_", "ETCD", "NATS_"].contains(where: variable.key.hasPrefix) }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = file
        process.standardError = file
        try process.run()
        try file.close()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: output)
    }

    /// Its ID.
    package var id: Int32 { process.processIdentifier }

    /// Whether it still runs.
    package var isRunning: Bool { process.isRunning }

    /// Everything it has printed so far.
    package var text: String { String(decoding: (try? Data(contentsOf: output)) ?? Data(), as: UTF8.self) }

    /// Sends a signal, such as `SIGTERM`.
    package func send(_ signal: Int32) { if process.isRunning { kill(process.processIdentifier, signal) } }

    /// Waits for its end, and returns its exit status; nil if it is still running at the bound.
    package func exitStatus(within timeout: Duration = .seconds(20)) async -> Int32? {
        await eventually(within: timeout) { !process.isRunning } ? process.terminationStatus : nil
    }

    /// Ends it the hard way and waits.
    package func forceKill() async {
        send(SIGKILL)
        _ = await exitStatus()
    }
}

/// Finds programs and free ports.
package enum Machine {
    /// The path of a program on the `PATH`, or of one that is given by its path.
    package static func path(of program: String) -> String? {
        if program.contains("/") { return FileManager.default.isExecutableFile(atPath: program) ? program : nil }
        return (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private static let handedOut = Mutex<Set<Int>>([])

    /// Ports of the loopback interface that nobody uses now, all different, and none that was handed out before.
    ///
    /// They are below those that systems give to connections: one of these may be taken before the server is up.
    package static func freePorts(_ count: Int) throws -> [Int] {
        var ports: [Int] = []
        for _ in 0..<1000 where ports.count < count {
            let port = Int.random(in: 10_000..<32_000)
            if isFree(port), handedOut.withLock({ $0.insert(port).inserted }) { ports.append(port) }
        }
        guard ports.count == count else { throw TestServerError(description: "no free port") }
        return ports
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) } == 0
        }
    }
}

/// Why a test could not be set up.
package struct TestServerError: Error, CustomStringConvertible {
    /// For people.
    package let description: String

    /// An error with a text.
    package init(description: String) { self.description = description }
}
