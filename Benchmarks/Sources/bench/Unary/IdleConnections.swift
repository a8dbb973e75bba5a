// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import NIOCore
import NIOPosix

/// Opens connections to a `unary-server`, makes one call on each, leaves them idle, and prints one line:
/// `KIND CONNECTIONS MIB-BEFORE MIB-AFTER KIB-PER-CONNECTION CPU-MS/MIN`, all of the server.
struct IdleConnections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures the cost of idle connections for a server.")

    @Option(help: "The kind of server; it has to speak HTTP/1.1.")
    var kind: Kind

    @Option(help: "The address of the server, HOST:PORT.")
    var address: String

    @Option(help: "The process ID of the server.")
    var server: Int32

    @Option(help: "The number of connections.")
    var connections = 10_000

    @Option(help: "The idle time, in seconds.")
    var seconds = 5.0

    func run() async throws {
        let address = try Address(parsing: address)
        let before = try residentMemory(of: server)
        var open: [any Channel] = []
        // As many at a time as the listener's backlog holds.
        while open.count < connections {
            open += try await withThrowingTaskGroup(of: (any Channel).self) { group in
                for _ in 0..<min(100, connections - open.count) {
                    group.addTask { try await RawEcho.connection(to: address, calling: 1) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        let used = try cpuTime(of: server)
        try await Task.sleep(for: .seconds(seconds))
        let idle = (try cpuTime(of: server) - used) / seconds * 60e3
        let after = try residentMemory(of: server)
        let alive = open.count { $0.isActive }
        guard alive == connections else { throw BenchError("only \(alive) of \(connections) connections are left") }
        let mebibyte = 1024.0 * 1024
        print(
            kind.rawValue, connections, text(before / mebibyte, 1), text(after / mebibyte, 1),
            text((after - before) / Double(connections) / 1024, 1), text(idle, 0))
        for channel in open { try await channel.close() }
    }
}
