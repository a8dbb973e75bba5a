// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization
import TestSupport

/// A server with a line protocol: `send N` sends N bytes of a pattern; `take N` reads N bytes and responds with `right` if
/// they match the pattern, otherwise with `wrong`; `bye` closes the connection; any other line is echoed.
final class LineServer: Sendable {
    /// How the client ended a connection.
    enum End {
        /// FIN, between lines.
        case end
        /// RST, or FIN within a line.
        case reset
    }

    private final class Recorder: Sendable {
        let lines = Mutex<[String]>([])
        let ends = Mutex<[End]>([])
    }

    private let server: ScriptedServer
    private let recorder = Recorder()

    init() throws {
        let recorder = recorder
        server = try ScriptedServer { connection in
            do {
                while let line = try connection.read(until: "\n") {
                    guard try Self.execute(String(decoding: line.dropLast(), as: UTF8.self), connection, recorder)
                    else { return }
                }
                recorder.ends.withLock { $0.append(.end) }
            } catch {
                recorder.ends.withLock { $0.append(.reset) }
            }
        }
    }

    deinit { server.stop() }

    var address: Address { Address(host: "127.0.0.1", port: server.port) }

    /// The received lines of all connections.
    var lines: [String] { recorder.lines.withLock { $0 } }

    /// The ends of the connections that clients have ended.
    var ends: [End] { recorder.ends.withLock { $0 } }

    var acceptedConnections: Int { server.acceptedConnections }

    var openConnections: Int { server.openConnections }

    func stop() { server.stop() }

    /// The pattern of `send N` and `take N`. It has no line breaks, and reveals missing and moved bytes.
    static func pattern(_ count: Int) -> [UInt8] {
        var bytes = (0..<89).map { UInt8(32 + $0) }
        while bytes.count < count { bytes += bytes }
        return Array(bytes.prefix(count))
    }

    /// Returns false if the connection is to be closed.
    private static func execute(
        _ line: String, _ connection: ScriptedConnection, _ recorder: Recorder
    ) throws -> Bool {
        recorder.lines.withLock { $0.append(line) }
        let words = line.split(separator: " ")
        switch (words.first, words.dropFirst().first.flatMap { Int($0) }) {
        case ("send", let count?): try connection.write(pattern(count))
        case ("take", let count?):
            let isExpected = try connection.read(count: count) == pattern(count)
            try connection.write(isExpected ? "right\n" : "wrong\n")
        case ("bye", _): return false
        default: try connection.write(line + "\n")
        }
        return true
    }
}
