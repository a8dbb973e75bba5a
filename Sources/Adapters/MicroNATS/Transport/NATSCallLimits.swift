// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// Checks the size of messages in envelopes.
struct NATSCallLimits: Sendable {
    /// The largest payload that the server accepts, headers included, in bytes.
    let maxPayload: Int

    /// The part of a payload that is reserved for the headers of a call, in bytes.
    private var reservedBytes: Int { min(16 * 1024, maxPayload / 4) }

    /// The largest body in bytes. Base64 encodes three bytes as four.
    var maxBodySize: Int { max(0, (maxPayload - reservedBytes) / 4 * 3) }

    /// Encodes an envelope.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `payloadTooLarge`: the server would close the connection on a larger
    ///   message.
    func encoded(
        _ fields: GoMicroHeaders.Fields, body: ByteBuffer = ByteBuffer(), of what: String
    ) throws(MicroError) -> ByteBuffer {
        guard body.readableBytes <= maxBodySize else {
            throw Self.tooLarge("the body of the \(what) has \(body.readableBytes) bytes: the limit is \(maxBodySize)")
        }
        let payload = NATSEnvelope.encoded(fields, body: body)
        // Messages of a stream have NATS headers in addition.
        guard payload.readableBytes + NATSStreamHeaders.maxSize <= maxPayload else {
            throw Self.tooLarge(
                "the \(what) has \(payload.readableBytes) bytes including headers: NATS accepts \(maxPayload)")
        }
        return payload
    }

    private static func tooLarge(_ problem: String) -> MicroError {
        MicroError(.payloadTooLarge, problem, origin: MicroError.Origin.transport, isSafeToRetry: true)
    }
}
