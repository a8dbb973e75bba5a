// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A client of NATS that a test plays, command by command.
package final class NATSPeer {
    private let connection: RawConnection
    private var heard = ""

    /// Connects, and says nothing yet.
    package convenience init(_ server: NATSServer) throws { try self.init(at: server.address) }

    /// Connects to an address, `host:port`, of this machine.
    package init(at address: String) throws {
        connection = try RawConnection(port: Int(address.split(separator: ":").last ?? "") ?? 0)
    }

    /// Sends lines.
    package func say(_ lines: String...) { connection.write(Array((lines.joined(separator: "\r\n") + "\r\n").utf8)) }

    /// Whether the server says a text, behind what it was asked for before. It has 10 s.
    package func hears(_ text: String) -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            if let range = heard.firstRange(of: text) {
                heard.removeSubrange(..<range.upperBound)
                return true
            }
            guard .now < deadline, let bytes = connection.read(within: deadline - .now) else { return false }
            heard += String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Whether the server says nothing for so long.
    package func hearsNothing(for duration: Duration) -> Bool { connection.read(within: duration) == nil }

    /// Whether the server closes the connection. It has 40 s.
    package func isClosed() -> Bool {
        let deadline = ContinuousClock.now + .seconds(40)
        while connection.read(within: max(.zero, deadline - .now)) != nil {}
        return .now < deadline
    }
}

extension NATSPeer {
    /// Publishes a message, and waits until the server has it.
    package func publishes(_ body: String, to topic: String) -> Bool {
        say("PUB \(topic) \(body.utf8.count)", body, "PING")
        return hears("PONG")
    }
}
