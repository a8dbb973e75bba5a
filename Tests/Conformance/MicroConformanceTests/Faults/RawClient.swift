// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import TestSupport

/// A blocking TCP client that sends and receives plain text.
final class RawClient {
    private let socket: RawSocket

    /// - Throws: `RawSocketError`.
    init(_ address: Address) throws { socket = try RawSocket(host: address.host, port: address.port ?? 0) }

    func send(_ text: String) { socket.write(text.utf8) }

    /// Writes all bytes, unless the connection ends before.
    func send(_ bytes: [UInt8]) { socket.write(bytes) }

    /// Writes bytes until the connection accepts none for the duration of the timeout.
    ///
    /// - Returns: The number of bytes that were written.
    func send(_ bytes: [UInt8], timeout: Duration) -> Int { socket.write(bytes, timeout: timeout) }

    /// The next event on the connection.
    func receive(within timeout: Duration = .seconds(10)) -> RawSocket.Event { socket.read(within: timeout) }

    /// Reads until an event other than bytes, or until enough bytes are received.
    ///
    /// - Parameter count: The number of bytes that is enough. More may be received.
    /// - Returns: The bytes, and the last event; `.bytes([])` if there were enough bytes.
    func receive(
        count: Int = .max, within timeout: Duration = .seconds(10)
    ) -> (bytes: [UInt8], last: RawSocket.Event) {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let event = receive(within: timeout)
            guard case .bytes(let more) = event else { return (bytes, event) }
            bytes += more
        }
        return (bytes, .bytes([]))
    }

    /// The text up to an event other than bytes.
    func text() -> String { String(decoding: receive().bytes, as: UTF8.self) }

    /// The text up to the received chunk that ends in a suffix; nil if no chunk does.
    func text(until end: String) -> String? {
        var text = ""
        while !text.hasSuffix(end) {
            guard case .bytes(let more) = receive() else { return nil }
            text += String(decoding: more, as: UTF8.self)
        }
        return text
    }

    /// Sends a line, and returns the next event: a ``LineServer`` echoes the line.
    func echo(_ line: String, within timeout: Duration = .seconds(10)) -> RawSocket.Event {
        send(line + "\n")
        return receive(within: timeout)
    }

    /// Sends FIN.
    func endSending() { socket.endSending() }

    /// Sends RST when this object is released.
    func resetOnClose() { socket.resetOnClose() }
}

/// Whether new connections are refused.
///
/// It may not be refused immediately: between fork and exec, a child process that another test starts has a copy of a
/// listening socket that has just been closed.
func refusesConnection(at address: Address) async -> Bool {
    await eventually {
        do { _ = try RawClient(address) } catch { return (error as? RawSocketError)?.code == ECONNREFUSED }
        return false
    }
}

extension RawSocket.Event {
    /// A received line.
    static func line(_ text: String) -> Self { .bytes(Array((text + "\n").utf8)) }
}
