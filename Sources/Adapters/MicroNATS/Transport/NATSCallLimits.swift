// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// Checks what can be sent in an envelope: the headers, and the size that the server accepts.
struct NATSCallLimits: Sendable {
    /// The largest payload that the server accepts, headers included, in bytes.
    let maxPayload: Int

    /// The part of a payload that is reserved for the headers of a call, in bytes.
    private var reservedBytes: Int { min(16 * 1024, maxPayload / 4) }

    /// The largest body in bytes. Base64 encodes three bytes as four.
    var maxBodySize: Int { max(0, (maxPayload - reservedBytes) / 4 * 3) }

    /// Encodes an envelope.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `payloadTooLarge`: the server would close the connection on a larger
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

    /// Checks the user's headers.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`, or `unsupported` for several of one name.
    static func check(_ headers: Headers) throws {
        guard !headers.isEmpty else { return }
        try TopicRules.check(headers: headers)
        var names: Set<String> = []
        for (name, _) in headers {
            guard GoMicroHeaders.transportFieldName(name) == nil else {
                throw MicroError(
                    .invalidArgument, "the header \(name) is reserved for the transport: choose another name",
                    origin: MicroError.Origin.transport, isSafeToRetry: true)
            }
            guard names.insert(name.lowercased()).inserted else {
                throw MicroError(
                    .unsupported, "the NATS transport cannot send several headers named \(name)",
                    origin: MicroError.Origin.transport, isSafeToRetry: true)
            }
        }
    }

    /// Checks the fields that name the target and the type of a request.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    static func check(_ target: GoMicroHeaders.Fields) throws {
        for (name, value) in target {
            let isValue = !value.isEmpty && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            guard isValue else {
                throw MicroError(
                    .invalidArgument, "\(NameRules.quoted(value)) cannot be sent as \(name)",
                    origin: MicroError.Origin.transport, isSafeToRetry: true)
            }
        }
    }

    private static func tooLarge(_ problem: String) -> MicroError {
        MicroError(.payloadTooLarge, problem, origin: MicroError.Origin.transport, isSafeToRetry: true)
    }
}
