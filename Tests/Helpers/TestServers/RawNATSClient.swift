// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A client of NATS that a test plays, command by command.
package final class RawNATSClient {
    private let connection: RawConnection
    private var received = ""

    /// Connects, and says nothing yet.
    package convenience init(_ server: NATSServer) throws { try self.init(at: server.address) }

    /// Connects to an address, `host:port`, of this machine.
    package init(at address: String) throws {
        connection = try RawConnection(port: Int(address.split(separator: ":").last ?? "") ?? 0)
    }

    /// Sends lines.
    package func send(_ lines: String...) { connection.write(Array((lines.joined(separator: "\r\n") + "\r\n").utf8)) }

    /// Whether the server says a text, behind what it was asked for before. It has 10 s.
    package func receives(_ text: String) -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            if let range = received.firstRange(of: text) {
                received.removeSubrange(..<range.upperBound)
                return true
            }
            guard .now < deadline, let bytes = connection.read(within: deadline - .now) else { return false }
            received += String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Whether the server says nothing for so long.
    package func receivesNothing(for duration: Duration) -> Bool { connection.read(within: duration) == nil }

    /// Whether the server closes the connection. It has 40 s.
    package func isClosed() -> Bool {
        let deadline = ContinuousClock.now + .seconds(40)
        while connection.read(within: max(.zero, deadline - .now)) != nil {}
        return .now < deadline
    }
}

extension RawNATSClient {
    /// Publishes a message, and waits until the server has it.
    package func publishes(_ body: String, to topic: String) -> Bool {
        send("PUB \(topic) \(body.utf8.count)", body, "PING")
        return receives("PONG")
    }
}
