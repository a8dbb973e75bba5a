// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The header block of a message: `NATS/1.0`, an optional status, and lines as in HTTP
/// ([ADR-4](https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-4.md)).
struct NATSHeaderBlock {
    /// The status of a message that the server itself sent, such as 503 for "no responders"; nil for a client's message.
    var status: Int?
    /// The description of the status.
    var reason = ""
    var headers = Headers()

    /// Parses a block. Invalid header lines are skipped.
    init(parsing bytes: UnsafeRawBufferPointer) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: true)[...]
        if let first = lines.popFirst() { readStatus(Self.text(first)) }
        for line in lines.prefix(TopicRules.maxHeaderCount) {
            guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex else { continue }
            headers.add(Self.text(line[..<colon]), Self.text(line[(colon + 1)...]))
        }
    }

    private mutating func readStatus(_ line: String) {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2 else { return }
        status = Int(parts[1])
        if parts.count == 3 { reason = String(parts[2]) }
    }

    /// Decodes text and trims white space.
    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes = bytes.dropFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 || last == 0x0D { bytes = bytes.dropLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The payload size of a message in bytes, including its headers.
    static func payloadSize(of message: BrokerMessage) -> Int {
        (message.headers.isEmpty ? 0 : size(of: message.headers)) + message.body.readableBytes
    }

    /// The size of a header block in bytes.
    static func size(of headers: Headers) -> Int {
        headers.reduce("NATS/1.0\r\n\r\n".utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    }
}
