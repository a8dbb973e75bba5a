// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

// Reads and writes the NATS protocol for a ``NATSWireClient``.
extension WireConnection {
    func write(_ start: String, _ body: [UInt8], _ end: String) { write(Array(start.utf8) + body + Array(end.utf8)) }

    /// Reads up to and including a text.
    ///
    /// - Throws: `CurlError` if the connection ends or the deadline passes before the text.
    func readThrough(_ text: String) async throws -> String {
        try await read(text) { bytes in
            guard let range = bytes.firstRange(of: Array(text.utf8)) else { return nil }
            defer { bytes.removeSubrange(..<range.upperBound) }
            return String(decoding: bytes[..<range.upperBound], as: UTF8.self)
        }
    }
}
