// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization
import TestSupport

/// A server that does what lines tell it: it sends so many bytes (`send N`), takes so many (`take N`), leaves (`bye`),
/// and says every other line again.
final class LineServer: Sendable {
    /// How the client's side of a connection ended.
    enum End {
        /// FIN, between lines.
        case end
        /// RST, or in the middle of something.
        case reset
    }

    private let server: ScriptedServer
    private let record = Record()

    private final class Record: Sendable {
        let lines = Mutex<[String]>([])
        let ends = Mutex<[End]>([])
    }

    init() throws {
        let record = record
        server = try ScriptedServer { connection in
            do {
                while let line = try connection.read(until: "\n") {
                    guard try Self.execute(String(decoding: line.dropLast(), as: UTF8.self), connection, record) else {
                        return
                    }
                }
                record.ends.withLock { $0.append(.end) }
            } catch {
                record.ends.withLock { $0.append(.reset) }
            }
        }
    }

    deinit { server.stop() }

    var address: Address { Address(host: "127.0.0.1", port: server.port) }

    /// The lines that came, of all connections.
    var lines: [String] { record.lines.withLock { $0 } }

    /// How connections ended that the client has ended.
    var ends: [End] { record.ends.withLock { $0 } }

    var acceptedConnections: Int { server.acceptedConnections }

    var openConnections: Int { server.openConnections }

    func stop() { server.stop() }

    /// What `send N` sends: a pattern without line breaks that shows if anything is missing or moved.
    static func pattern(_ count: Int) -> [UInt8] {
        var bytes = (0..<89).map { UInt8(32 + $0) }
        while bytes.count < count { bytes += bytes }
        return Array(bytes.prefix(count))
    }

    private static func execute(_ line: String, _ connection: ScriptedConnection, _ record: Record) throws -> Bool {
        record.lines.withLock { $0.append(line) }
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
