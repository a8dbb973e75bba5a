// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import MicroCore
import NIOCore

/// The payload of go-micro's NATS transport: `{"Header":{"Micro-Id":"0",…},"Body":"<base64>"}`.
struct NATSEnvelope: Sendable {
    var fields: GoMicroHeaders
    var body: ByteBuffer

    /// Parses an envelope; nil for anything else.
    init?(parsing bytes: ByteBuffer) {
        if let (fields, body) = bytes.withUnsafeReadableBytes(NATSEnvelopeReader.read) {
            self.fields = GoMicroHeaders(fields)
            self.body = ByteBuffer(bytes: body)
            return
        }
        guard bytes.readableBytesView.first(where: { !Self.isSpace($0) }) == UInt8(ascii: "{"),
            let envelope = try? JSONDecoder().decode(GoMicroMessageEnvelope.self, from: Data(bytes.readableBytesView))
        else { return nil }
        fields = GoMicroHeaders(envelope.headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) })
        body = ByteBuffer(bytes: envelope.body)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// Encodes an envelope as Go does: fields ordered by name, and `null` for an empty body.
    static func encoded(_ fields: GoMicroHeaders.Fields, body: ByteBuffer = ByteBuffer()) -> ByteBuffer {
        var bytes = ByteBuffer()
        let size = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 6 }
        bytes.reserveCapacity(size + (body.readableBytes + 2) / 3 * 4 + 64)
        bytes.writeStaticString(#"{"Header":{"#)
        var separator: StaticString = ""
        for (name, value) in fields.sorted(by: { $0.name < $1.name }) {
            bytes.writeStaticString(separator)
            write(name, to: &bytes)
            bytes.writeStaticString(":")
            write(value, to: &bytes)
            separator = ","
        }
        guard body.readableBytes > 0 else {
            bytes.writeStaticString(#"},"Body":null}"#)
            return bytes
        }
        bytes.writeStaticString(#"},"Body":""#)
        bytes.writeBytes(Data(body.readableBytesView).base64EncodedData())
        bytes.writeStaticString(#""}"#)
        return bytes
    }

    /// A JSON string (RFC 8259, section 7).
    private static func write(_ text: String, to bytes: inout ByteBuffer) {
        bytes.writeStaticString("\"")
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
            bytes.writeString(text)
        } else {
            for byte in text.utf8 {
                switch byte {
                case 0x22: bytes.writeStaticString("\\\"")
                case 0x5C: bytes.writeStaticString("\\\\")
                case 0x00..<0x20:
                    bytes.writeStaticString("\\u00")
                    for digit in [byte >> 4, byte & 0xF] { bytes.writeInteger(digit + (digit < 10 ? 0x30 : 0x57)) }
                default: bytes.writeInteger(byte)
                }
            }
        }
        bytes.writeStaticString("\"")
    }
}
