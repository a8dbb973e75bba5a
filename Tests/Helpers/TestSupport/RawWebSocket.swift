// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A client of a WebSocket on a blocking socket, which can break every rule of the protocol.
package final class RawWebSocket {
    /// A frame of the server.
    package struct Frame: Equatable {
        /// The number of the opcode: 1 text, 2 binary, 8 close, 9 ping, 10 pong.
        package let opcode: UInt8
        /// The payload.
        package let payload: [UInt8]

        /// Creates a frame.
        package init(opcode: UInt8, payload: [UInt8]) {
            self.opcode = opcode
            self.payload = payload
        }

        /// The payload as text.
        package var text: String { String(decoding: payload, as: UTF8.self) }

        /// The code of a close frame; nil without one.
        package var closeCode: Int? { payload.count < 2 ? nil : Int(payload[0]) << 8 | Int(payload[1]) }
    }

    /// The socket.
    package let socket: RawSocket
    /// The header of the response, with names in lower case.
    package let response: String
    private var buffer: [UInt8] = []

    /// Connects, and sends the handshake.
    ///
    /// - Parameters:
    ///   - port: The port of a server on 127.0.0.1.
    ///   - path: The target of the request.
    ///   - headers: Further lines of the header.
    package init(port: Int, path: String = "/", headers: [String] = []) throws {
        socket = try RawSocket(port: port)
        let fields =
            [
                "GET \(path) HTTP/1.1", "Host: test", "Connection: keep-alive, Upgrade", "Upgrade: websocket",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ] + headers
        socket.write((fields.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var received: [UInt8] = []
        while received.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
            guard case .bytes(let more) = socket.read(within: .seconds(10)) else { break }
            received += more
        }
        let end = received.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound ?? received.count
        let lines = String(decoding: received[..<end], as: UTF8.self)
            .split(separator: "\r\n", omittingEmptySubsequences: false)
        response = lines.map { line in
            let name = line.prefix { $0 != ":" }
            return "\(name.lowercased())\(line.dropFirst(name.count))"
        }.joined(separator: "\r\n")
        buffer = Array(received[end...])
    }

    /// The status of the response.
    package var status: Int? { response.split(separator: " ").dropFirst().first.flatMap { Int($0) } }

    /// Sends a frame.
    package func send(
        _ opcode: UInt8, _ payload: [UInt8], isLast: Bool = true, isMasked: Bool = true, reserved: UInt8 = 0
    ) {
        var frame = [(isLast ? 0x80 : 0) | reserved << 4 | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case ..<126: frame.append(mask | UInt8(payload.count))
        case ..<65536: frame += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default: frame += [mask | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        guard isMasked else {
            socket.write(frame + payload)
            return
        }
        let key: [UInt8] = [1, 2, 3, 4]
        socket.write(frame + key + payload.enumerated().map { $1 ^ key[$0 % 4] })
    }

    /// Sends a text.
    package func send(_ text: String) { send(1, Array(text.utf8)) }

    /// Reads a frame; nil if the connection ends, or there is none within the limit.
    package func read(within limit: Duration = .seconds(10)) -> Frame? {
        while true {
            if let frame = parse() { return frame }
            guard case .bytes(let more) = socket.read(within: limit) else { return nil }
            buffer += more
        }
    }

    /// Whether the server ends the connection within the limit, without sending a further frame.
    package func isDisconnected(within limit: Duration = .seconds(10)) -> Bool {
        guard parse() == nil else { return false }
        return switch socket.read(within: limit) {
        case .end, .reset: true
        case .bytes, .timedOut: false
        }
    }

    private func parse() -> Frame? {
        guard buffer.count >= 2 else { return nil }
        var (length, offset) = (Int(buffer[1] & 0x7F), 2)
        if length >= 126 {
            let size = length == 126 ? 2 : 8
            guard buffer.count >= 2 + size else { return nil }
            length = buffer[2..<(2 + size)].reduce(0) { $0 << 8 | Int($1) }
            offset += size
        }
        guard buffer.count >= offset + length else { return nil }
        let frame = Frame(opcode: buffer[0] & 0x0F, payload: Array(buffer[offset..<(offset + length)]))
        buffer.removeFirst(offset + length)
        return frame
    }
}
