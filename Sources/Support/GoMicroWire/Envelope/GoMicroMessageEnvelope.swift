// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import MicroCore
package import NIOCore

/// The JSON envelope of go-micro's brokers and of its NATS transport:
/// `{"Header":{"Content-Type":"application/json"},"Body":"<base64>"}`.
package struct GoMicroMessageEnvelope: Sendable {
    /// Names and values.
    package typealias Fields = GoMicroHeaders.Fields

    /// The headers in the order in which they were read. They are written in the order of their names, as Go does.
    package var fields: Fields
    /// The decoded body.
    package var body: ByteBuffer

    /// Creates an envelope.
    package init(_ fields: Fields, body: ByteBuffer = ByteBuffer()) {
        self.fields = fields
        self.body = body
    }

    // MARK: Reading

    /// Reads an envelope; nil if the bytes are not a JSON object, or its `Header` or `Body` has another type.
    ///
    /// Both keys may be missing or null, since Go omits empty values or writes null; other keys are ignored.
    package init?(parsing bytes: ByteBuffer) {
        guard let (envelope, _) = Self.parse(bytes) else { return nil }
        self = envelope
    }

    /// Reads an envelope from bytes that may be something else, such as a JSON event without an envelope: nil if
    /// `Header` is missing, or if there are keys other than `Header` and `Body`.
    package init?(detectingIn bytes: ByteBuffer) {
        guard let (envelope, hasExactKeys) = Self.parse(bytes), hasExactKeys else { return nil }
        self = envelope
    }

    private static func parse(_ bytes: ByteBuffer) -> (envelope: Self, hasExactKeys: Bool)? {
        if let (fields, body) = bytes.withUnsafeReadableBytes(GoMicroEnvelopeReader.read) {
            return (Self(fields, body: ByteBuffer(bytes: body)), true)
        }
        let first = bytes.readableBytesView.first { !$0.isBlank && !(0x0A...0x0D).contains($0) }
        guard first == UInt8(ascii: "{"),
            let decoded = try? JSONDecoder().decode(Decoded.self, from: Data(bytes.readableBytesView))
        else { return nil }
        let fields = decoded.headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        return (Self(fields, body: ByteBuffer(bytes: decoded.body)), decoded.hasExactKeys)
    }

    /// Decodes any envelope, including those that ``GoMicroEnvelopeReader`` cannot read.
    private struct Decoded: Decodable {
        let headers: [String: String]
        let body: Data
        let hasExactKeys: Bool

        private struct Key: CodingKey {
            static let header = Key(stringValue: "Header")
            static let body = Key(stringValue: "Body")

            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            headers = try container.decodeIfPresent([String: String].self, forKey: .header) ?? [:]
            body = try container.decodeIfPresent(Data.self, forKey: .body) ?? Data()
            let names = Set(container.allKeys.map(\.stringValue))
            hasExactKeys = names.contains("Header") && names.isSubset(of: ["Header", "Body"])
        }
    }

    // MARK: Writing

    /// The envelope as JSON: headers in the order of their names, and an empty body as null, as Go writes them.
    /// Characters that Go escapes for HTML are not escaped.
    package func encoded() -> ByteBuffer {
        var bytes = ByteBuffer()
        let size = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 6 }
        bytes.reserveCapacity(size + (body.readableBytes + 2) / 3 * 4 + 64)
        bytes.writeStaticString(#"{"Header":{"#)
        var separator: StaticString = ""
        for (name, value) in fields.sorted(by: { $0.name < $1.name }) {
            bytes.writeStaticString(separator)
            bytes.writeJSONString(name)
            bytes.writeStaticString(":")
            bytes.writeJSONString(value)
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
}

extension GoMicroMessageEnvelope {
    /// Wraps a message of a broker.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `unsupported` for several headers with the same name, which a JSON
    ///   object cannot represent.
    package init(_ message: BrokerMessage) throws {
        var names: Set<String> = []
        for (name, _) in message.headers where !names.insert(name.lowercased()).inserted {
            throw MicroError(
                .unsupported, "go-micro's envelope cannot hold repeated headers: send \(name) once",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
        self.init(message.headers.map { ($0.name, $0.value) }, body: message.body)
    }

    /// The message of a broker, with headers in the order of their names.
    package var message: BrokerMessage {
        var headers = Headers()
        for (name, value) in fields.sorted(by: { $0.name < $1.name }) { headers.add(name, value) }
        return BrokerMessage(headers: headers, body: body)
    }
}
