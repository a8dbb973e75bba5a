// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// What may be sent in an envelope: by the rules for headers, and by what the server takes.
struct NATSCallLimits: Sendable {
    /// What the server takes in one message, headers included.
    let maxPayload: Int

    /// What is left free for headers, in bytes: those of a call of usual size.
    private var reservedBytes: Int { min(16 * 1024, maxPayload / 4) }

    /// The largest body: base64 makes four bytes of three.
    var maxBodySize: Int { max(0, (maxPayload - reservedBytes) / 4 * 3) }

    /// Writes an envelope.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `payloadTooLarge`: nothing larger than the server takes is sent, which would
    ///   close the connection.
    func encoded(
        _ fields: GoMicroHeaders.Fields, body: ByteBuffer = ByteBuffer(), of what: String
    ) throws(MicroError) -> ByteBuffer {
        guard body.readableBytes <= maxBodySize else {
            throw Self.tooLarge("the body of the \(what) has \(body.readableBytes) bytes: the limit is \(maxBodySize)")
        }
        let payload = NATSEnvelope.encoded(fields, body: body)
        // What a message of a stream has as headers of NATS comes on top.
        guard payload.readableBytes + NATSStreamHeaders.maxSize <= maxPayload else {
            throw Self.tooLarge(
                "the \(what) has \(payload.readableBytes) bytes with its headers: NATS takes \(maxPayload)")
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
                    .invalidArgument, "the header \(name) belongs to the transport: choose another name",
                    origin: MicroError.Origin.transport, isSafeToRetry: true)
            }
            guard names.insert(name.lowercased()).inserted else {
                throw MicroError(
                    .unsupported, "the NATS transport has no place for several headers \(name)",
                    origin: MicroError.Origin.transport, isSafeToRetry: true)
            }
        }
    }

    /// Checks what says where a request goes and what it is made of.
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
