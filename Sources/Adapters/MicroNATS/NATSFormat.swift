// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// How messages are written, and the two ways in which they are read.
struct NATSFormat: Sendable {
    private let writesEnvelopes: Bool
    /// What is left free in a payload for headers of the adapter's own, in bytes.
    private let reservedBytes: Int

    init(_ format: NATSConfiguration.Format, reservedBytes: Int) {
        writesEnvelopes = format == .goMicro
        self.reservedBytes = reservedBytes
    }

    /// The message as it goes on the wire, if it can.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`, `unsupported` or `payloadTooLarge`.
    func encode(_ message: BrokerMessage, by connection: NATSConnectionManager) throws -> BrokerMessage {
        try TopicRules.check(headers: message.headers)
        let message = writesEnvelopes ? BrokerMessage(body: try GoMicroMessageEnvelope(message).encoded()) : message
        let (size, limit) = (NATSHeaderBlock.payloadSize(of: message), connection.maxPayload - reservedBytes)
        guard size <= limit else {
            throw MicroError(
                .payloadTooLarge,
                "a message has \(size) bytes with its headers: \(connection.description) takes \(limit)",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
        return message
    }

    /// The message of whoever has sent it. One without headers of NATS that looks as go-micro's do is one of these.
    func decode(_ message: NATSMessage) -> BrokerMessage {
        guard message.headers.isEmpty, looksLikeEnvelope(message.body),
            let envelope = GoMicroMessageEnvelope(parsing: message.body)
        else { return BrokerMessage(headers: message.headers, body: message.body) }
        return envelope.message
    }

    /// Whether it begins as Go begins an envelope, and so do we: other JSON is not even looked into.
    private func looksLikeEnvelope(_ body: ByteBuffer) -> Bool {
        let start: StaticString = #"{"Header":"#
        return body.withUnsafeReadableBytes { bytes in
            start.withUTF8Buffer { start in
                UnsafeRawBufferPointer(start).isSame(as: UnsafeRawBufferPointer(rebasing: bytes.prefix(start.count)))
            }
        }
    }

    /// The largest body of a message without headers.
    func maxBodySize(by connection: NATSConnectionManager) -> Int {
        let size = max(0, connection.maxPayload - reservedBytes)
        // Base64 makes four bytes of three.
        return writesEnvelopes ? max(0, (size - #"{"Header":{},"Body":""}"#.utf8.count) / 4 * 3) : size
    }
}
