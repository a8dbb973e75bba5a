// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

// Reads AMQP frames for a ``RabbitMQWireClient``.
extension WireConnection {
    /// Reads a complete frame.
    ///
    /// - Throws: `CurlError` if the connection ends or the deadline passes before the frame is complete;
    ///   ``MicroCore/MicroError`` if the server closes the connection or the channel.
    func readFrame() async throws -> [UInt8] {
        try await read("frame") { bytes in
            let size = bytes.count >= 7 ? bytes[3..<7].reduce(8) { ($0 - 8) << 8 + Int($1) + 8 } : 8
            guard bytes.count >= size else { return nil }
            let frame = Array(bytes.prefix(size))
            bytes.removeFirst(size)
            // Methods that close a channel or a connection.
            if frame.count > 14, [[0, 20, 0, 40], [0, 10, 0, 50]].contains(Array(frame[7..<11])) {
                throw MicroError(
                    .unavailable, "closed by the server: \(String(decoding: frame[14...], as: UTF8.self))",
                    origin: "conformance")
            }
            return frame
        }
    }
}
