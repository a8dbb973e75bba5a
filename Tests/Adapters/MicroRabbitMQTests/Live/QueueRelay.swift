// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// A relay in front of a RabbitMQ server that drops the declaration of some queues and everything after it on the same
/// channel: as if the server never responded about these queues.
final class QueueRelay: Sendable {
    private let server: ScriptedServer

    /// Starts a relay.
    ///
    /// - Parameters:
    ///   - address: The server, `127.0.0.1:port`.
    ///   - name: A part of the names of the queues.
    init(to address: String, droppingQueuesNamed name: String) throws {
        let port = address.split(separator: ":").last.flatMap { Int($0) } ?? 0
        server = try ScriptedServer { client in
            let upstream = try RawSocket(port: port)
            Thread.runDetached {
                while case .bytes(let bytes) = upstream.read() {
                    guard (try? client.write(bytes)) != nil else { break }
                }
                client.close()
            }
            defer { upstream.shutDown() }
            upstream.write(try client.read(count: 8))
            var droppedChannels: Set<[UInt8]> = []
            while true {
                // Type, channel, size; then the payload and the end octet.
                let head = try client.read(count: 7)
                let size = head[3...6].reduce(0) { $0 << 8 | Int($1) }
                let rest = try client.read(count: size + 1)
                let channel = Array(head[1...2])
                let isDeclaration = head[0] == 1 && rest.starts(with: [0, 50, 0, 10])
                if isDeclaration, String(decoding: rest, as: UTF8.self).contains(name) {
                    droppedChannels.insert(channel)
                }
                if !droppedChannels.contains(channel) { upstream.write(head + rest) }
            }
        }
    }

    /// The address of the relay.
    var url: String { "amqp://127.0.0.1:\(server.port)" }

    /// The number of connections that clients have made.
    var connectionCount: Int { server.acceptedConnections }

    func stop() { server.stop() }
}
