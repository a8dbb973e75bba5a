// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Applies faults to one response of the server.
struct HTTPResponseModifier {
    private var fields: UnknownFieldWriter?
    private var corrupts = false
    /// Bytes to send after the body.
    private(set) var trailingBytes = ByteBuffer()
    /// Whether to close the connection after the response.
    private(set) var closesConnection = false

    /// Modifies the head.
    ///
    /// - Parameter hasBody: Whether a body can follow.
    init(_ faults: [HTTPFault.Kind], _ head: inout HTTPResponseHead, hasBody: Bool) {
        // Without a body, no last chunk is written.
        if !hasBody { head.headers.remove(name: "Transfer-Encoding") }
        let isJSON = head.headers[canonicalForm: "content-type"].contains { $0.contains("json") }
        for fault in faults {
            switch fault {
            case .header(let name, let value): head.headers.replaceOrAdd(name: name, value: value)
            case .corruptJSON where hasBody && isJSON: corrupts = true
            case .unknownFields where hasBody && isJSON:
                fields = UnknownFieldWriter()
                head.headers.remove(name: "Content-Length")
                head.headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked")
            default: break
            }
        }
        for case .contentLength(let length) in faults where hasBody { announce(length, &head) }
    }

    /// Modifies the next bytes of the body.
    mutating func modify(_ bytes: ByteBuffer) -> ByteBuffer {
        let bytes = corrupts ? Self.corrupted(bytes) : bytes
        return fields?.rewrite(bytes) ?? bytes
    }

    private mutating func announce(_ length: HTTPFault.Length, _ head: inout HTTPResponseHead) {
        // The length of a stream is unknown: announces 1 byte, or more than will be sent.
        let known = head.headers.first(name: "content-length").flatMap(Int.init)
        let wrong =
            switch length {
            case .tooShort: (known ?? 2) / 2
            case .tooLong: known.map { $0 + 64 } ?? 1 << 30
            }
        // Add a byte to an empty body, so that it is longer than announced.
        if length == .tooShort, known == 0 { trailingBytes = ByteBuffer(string: "!") }
        head.headers.remove(name: "Transfer-Encoding")
        head.headers.replaceOrAdd(name: "Content-Length", value: String(wrong))
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        closesConnection = true
    }

    /// Overwrites the second half of every part of the body, except line breaks. Since this includes the last part, no
    /// valid JSON remains.
    private static func corrupted(_ bytes: ByteBuffer) -> ByteBuffer {
        let view = bytes.readableBytesView
        let end = view.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? view.startIndex
        let middle = view.startIndex + (end - view.startIndex) / 2
        var output = ByteBuffer()
        output.reserveCapacity(view.count)
        for (index, byte) in zip(view.indices, view) {
            let isLost = index >= middle && index < end && byte != UInt8(ascii: "\n")
            output.writeInteger(isLost ? UInt8(ascii: "#") : byte)
        }
        return output
    }
}
