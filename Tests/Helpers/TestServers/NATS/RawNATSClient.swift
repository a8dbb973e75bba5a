// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// A NATS client that sends single protocol lines. Its calls block: a test that uses one has the trait `.blocking`.
package final class RawNATSClient {
    private let socket: RawSocket
    private var received = ""

    /// Connects to a server. Sends nothing.
    package convenience init(_ server: NATSServer) throws { try self.init(at: server.address) }

    /// Connects to an address of this machine, `host:port`. Sends nothing.
    package init(at address: String) throws {
        socket = try RawSocket(port: Int(address.split(separator: ":").last ?? "") ?? 0)
    }

    /// Sends lines.
    package func send(_ lines: String...) { socket.write((lines.joined(separator: "\r\n") + "\r\n").utf8) }

    /// Whether the server sends a text within 10 s, after the text of the last call.
    package func receives(_ text: String) -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            if let range = received.firstRange(of: text) {
                received.removeSubrange(..<range.upperBound)
                return true
            }
            guard .now < deadline, case .bytes(let bytes) = socket.read(within: deadline - .now) else { return false }
            received += String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The next line that begins with a text; earlier lines are dropped. Nil if none is received in time.
    package func nextLine(startingWith text: String, within timeout: Duration) -> String? {
        let deadline = ContinuousClock.now + timeout
        while true {
            while let range = received.firstRange(of: "\r\n") {
                let line = String(received[..<range.lowerBound])
                received.removeSubrange(..<range.upperBound)
                if line.hasPrefix(text) { return line }
            }
            guard .now < deadline, case .bytes(let bytes) = socket.read(within: deadline - .now) else { return nil }
            received += String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Whether the server sends nothing for a duration.
    package func receivesNothing(for duration: Duration) -> Bool {
        if case .bytes = socket.read(within: duration) { false } else { true }
    }

    /// Whether the server closes the connection within 40 s.
    package func isClosed() -> Bool {
        let deadline = ContinuousClock.now + .seconds(40)
        while case .bytes = socket.read(within: max(.zero, deadline - .now)) {}
        return .now < deadline
    }
}

extension RawNATSClient {
    /// Publishes a message, and returns whether the server has received it.
    package func publishes(_ body: String, to topic: String) -> Bool {
        send("PUB \(topic) \(body.utf8.count)", body, "PING")
        return receives("PONG")
    }
}
