// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import MicroCore
package import NIOCore

/// A message as go-micro's brokers put it on the wire: `{"Header":{"Content-Type":"…"},"Body":"<base64>"}`.
///
/// Its headers have no order, and none twice.
package struct GoMicroMessageEnvelope: Decodable, Sendable {
    /// The headers, and what a broker adds for itself.
    package var headers: [String: String]
    /// The body.
    package var body: Data

    private enum CodingKeys: String, CodingKey {
        case headers = "Header"
        case body = "Body"
    }

    /// Wraps a message.
    ///
    /// - Throws: ``MicroError`` with `unsupported` for several headers of one name.
    package init(_ message: BrokerMessage) throws {
        headers = [:]
        var names: Set<String> = []
        for (name, value) in message.headers {
            headers[name] = value
            guard names.insert(name.lowercased()).inserted else {
                throw MicroError(
                    .unsupported, "go-micro's envelope has no place for several headers \(name)",
                    origin: MicroError.Origin.broker, isSafeToRetry: true)
            }
        }
        body = Data(message.body.readableBytesView)
    }

    /// Reads an envelope. Both parts may be missing or null, as Go leaves out what is empty.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        headers = try container.decodeIfPresent([String: String].self, forKey: .headers) ?? [:]
        body = try container.decodeIfPresent(Data.self, forKey: .body) ?? Data()
    }

    /// Reads an envelope; nil if the bytes are something else.
    package init?(parsing bytes: ByteBuffer) {
        // Any JSON object reads as an envelope without its parts: at least one has to be there.
        guard bytes.readableBytesView.first == UInt8(ascii: "{"),
            let keys = try? JSONDecoder().decode(Presence.self, from: Data(bytes.readableBytesView)), keys.isEnvelope,
            let envelope = try? JSONDecoder().decode(Self.self, from: Data(bytes.readableBytesView))
        else { return nil }
        self = envelope
    }

    /// The bytes for the wire, in the order in which Go writes them.
    package func encoded() throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes = ByteBuffer(string: #"{"Header":"#)
        bytes.writeBytes(try encoder.encode(headers))
        bytes.writeString(#","Body":"\#(body.base64EncodedString())"}"#)
        return bytes
    }

    /// The message in it. The order of its headers is that of their names.
    package var message: BrokerMessage {
        var fields = Headers()
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { fields.add(name, value) }
        return BrokerMessage(headers: fields, body: ByteBuffer(bytes: body))
    }

    /// Whether an object has the parts of an envelope and no others.
    private struct Presence: Decodable {
        let isEnvelope: Bool

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let keys = Set(try decoder.container(keyedBy: Key.self).allKeys.map(\.stringValue))
            isEnvelope = keys.contains("Header") && keys.isSubset(of: ["Header", "Body"])
        }
    }
}
