// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import NIOCore

/// The payload of go-micro's NATS transport: its JSON envelope, with parsed headers.
struct NATSEnvelope: Sendable {
    var fields: GoMicroHeaders
    var body: ByteBuffer
    /// The number of the call, with the spelling of its name.
    private(set) var callID = NATSCallID()

    /// Reads an envelope; nil if the bytes are something else.
    init?(parsing bytes: ByteBuffer) {
        guard let envelope = GoMicroMessageEnvelope(parsing: bytes) else { return nil }
        fields = GoMicroHeaders(envelope.fields)
        body = envelope.body
        callID = NATSCallID(fields.id, in: envelope.fields)
    }

    /// Writes an envelope.
    static func encoded(_ fields: GoMicroHeaders.Fields, body: ByteBuffer = ByteBuffer()) -> ByteBuffer {
        GoMicroMessageEnvelope(fields, body: body).encoded()
    }
}
