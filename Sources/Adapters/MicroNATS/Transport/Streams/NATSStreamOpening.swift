// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// A request that opens a stream, as a listener has received it.
struct NATSStreamOpening: Sendable {
    /// The request without its body, which is not a message.
    let request: TransportRequest
    /// The media type of the messages on the wire.
    let contentType: String
    /// The envelope of the request in the protocol before v1.0.
    let envelope: LegacyRPCEnvelope?
    /// The client's inbox, which identifies the stream.
    let inbox: String
    /// The client's number of the stream.
    let id: NATSCallID
    /// Whether the client is a swift-micro client.
    let isSwiftMicro: Bool

    /// - Parameter maxDuration: The maximum duration of a stream that a go-micro client opens.
    init(
        _ received: TransportRequest, _ envelope: LegacyRPCEnvelope?, inbox: String, id: NATSCallID, isSwiftMicro: Bool,
        maxDuration: Duration
    ) {
        var request = envelope?.openingRequest ?? received
        request.body = ByteBuffer()
        // go-micro also sends the timeout of calls with streams, but does not end streams when it expires.
        if !isSwiftMicro { request.deadline = .now + maxDuration }
        self.request = request
        contentType = received.contentType
        self.envelope = envelope
        self.inbox = inbox
        self.id = id
        self.isSwiftMicro = isSwiftMicro
    }

    /// The header fields of each message of the listener.
    var responseFields: GoMicroHeaders.Fields {
        // Clients before v1.0 read only the type.
        guard envelope == nil else { return [(GoMicroHeaderName.contentType, contentType)] + id.fields }
        // Without the fields that only a request has.
        let target = GoMicroHeaders.targetFields(of: request).filter { $0.name != "Accept" && !$0.value.isEmpty }
        return target + (isSwiftMicro ? [] : id.fields)
    }
}
