// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// How messages are written, and the two ways in which they are read.
struct NATSFormat: Sendable {
    private let writesEnvelopes: Bool
    /// What is left free in a payload for headers of the adapter's own, in bytes.
    private let reserve: Int

    init(_ format: NATSConfiguration.Format, reserve: Int) {
        writesEnvelopes = format == .goMicro
        self.reserve = reserve
    }

    /// The message as it goes on the wire, if it can.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`, `unsupported` or `payloadTooLarge`.
    func written(_ message: Message, by link: NATSLink) throws -> Message {
        try TopicRules.check(headers: message.headers)
        let message = writesEnvelopes ? Message(body: try MessageEnvelope(message).encoded()) : message
        let (size, limit) = (NATSHeaderBlock.payloadSize(of: message), link.largestPayload - reserve)
        guard size <= limit else {
            throw MicroError(
                .payloadTooLarge, "a message has \(size) bytes with its headers: \(link.description) takes \(limit)",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
        return message
    }

    /// The message of whoever has sent it. One without headers of NATS that looks as go-micro's do is one of these.
    func read(_ message: NATSMessage) -> Message {
        guard message.headers.isEmpty, looksLikeEnvelope(message.body),
            let envelope = MessageEnvelope(parsing: message.body)
        else { return Message(headers: message.headers, body: message.body) }
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
    func largestBody(by link: NATSLink) -> Int {
        let size = max(0, link.largestPayload - reserve)
        // Base64 makes four bytes of three.
        return writesEnvelopes ? max(0, (size - #"{"Header":{},"Body":""}"#.utf8.count) / 4 * 3) : size
    }
}
