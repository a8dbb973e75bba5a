// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// Encodes messages in the configured format, and decodes messages of both formats.
struct NATSMessageFormat: Sendable {
    /// The start of the IDs of messages that this adapter adds.
    private static let messageIDPrefix = "swift-micro-"

    private let writesEnvelopes: Bool
    /// The part of a payload that is reserved for headers of the adapter, in bytes.
    private let reservedBytes: Int

    init(_ format: NATSConfiguration.Format, reservedBytes: Int) {
        writesEnvelopes = format == .goMicro
        self.reservedBytes = reservedBytes
    }

    /// Encodes a message after checking its headers and size.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`, `unsupported` or `payloadTooLarge`.
    func encode(
        _ message: BrokerMessage, to topic: String, by connection: NATSConnectionManager
    ) throws -> BrokerMessage {
        try TopicRules.check(headers: message.headers)
        let message = writesEnvelopes ? try enveloped(message, to: topic) : message
        let (size, limit) = (NATSHeaderBlock.payloadSize(of: message), connection.maxPayload - reservedBytes)
        guard size <= limit else {
            throw MicroError(
                .payloadTooLarge,
                "the message has \(size) bytes including headers: \(connection) accepts \(limit)",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
        return message
    }

    /// go-micro drops messages without `Content-Type` before v0.20, and messages without `Micro-Topic` since v1.18.
    private func enveloped(_ message: BrokerMessage, to topic: String) throws -> BrokerMessage {
        var message = message
        let required = [
            ("Content-Type", "application/octet-stream"), ("Micro-Topic", topic),
            ("Micro-Id", Self.messageIDPrefix + NATSUniqueName.make()),
        ]
        for (name, value) in required where message.headers[name] == nil { message.headers.add(name, value) }
        return BrokerMessage(body: try GoMicroMessageEnvelope(message).encoded())
    }

    /// Decodes a message from any publisher. A message without NATS headers whose body is an envelope is a go-micro
    /// message.
    func decode(_ message: NATSMessage) -> BrokerMessage {
        guard message.headers.isEmpty, looksLikeEnvelope(message.body),
            let envelope = GoMicroMessageEnvelope(detectingIn: message.body)
        else { return BrokerMessage(headers: message.headers, body: message.body) }
        var decoded = envelope.message
        if decoded.headers["Micro-Id"]?.hasPrefix(Self.messageIDPrefix) == true {
            (decoded.headers["Micro-Id"], decoded.headers["Micro-Topic"]) = (nil, nil)
        }
        return decoded
    }

    /// Whether a body starts like an envelope written by Go or swift-micro. Other JSON is not parsed.
    private func looksLikeEnvelope(_ body: ByteBuffer) -> Bool {
        let start: StaticString = #"{"Header":"#
        return body.withUnsafeReadableBytes { bytes in
            start.withUTF8Buffer { start in
                UnsafeRawBufferPointer(start).isSame(as: UnsafeRawBufferPointer(rebasing: bytes.prefix(start.count)))
            }
        }
    }

    /// The largest body of a message without headers, in bytes.
    func maxBodySize(by connection: NATSConnectionManager) -> Int {
        let size = max(0, connection.maxPayload - reservedBytes)
        // Base64 encodes three bytes as four.
        return writesEnvelopes ? max(0, (size - #"{"Header":{},"Body":""}"#.utf8.count) / 4 * 3) : size
    }
}
