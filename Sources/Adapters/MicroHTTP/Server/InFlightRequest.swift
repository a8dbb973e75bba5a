// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore

/// A request that a server receives or responds to.
final class InFlightRequest {
    /// The request, without its body until the body has been received.
    var request: TransportRequest
    /// The number of the request, for the response; nil if it is missing or empty.
    let id: String?
    /// Whether the head has `Micro-Stream`.
    private let hasStreamField: Bool
    /// The head's `Micro-Kind`; nil if go-micro has forwarded it from a call that its handler received.
    private let kindField: String?
    /// Whether a go-micro or swift-micro client has sent the request, so that it may open a stream.
    let isFromPeer: Bool
    /// Whether the response has no body.
    let isHeadRequest: Bool
    /// Whether the connection is closed after the response.
    let isLast: Bool
    /// The task of the handler; nil while the handler runs up to its first suspension.
    var task: HTTPLoopTask?

    init(_ request: TransportRequest, _ head: HTTPHead) {
        self.request = request
        id = head.fields.id.flatMap { $0.isEmpty ? nil : $0 }
        hasStreamField = head.fields.stream != nil
        kindField = head.hasUserAgent ? nil : head.fields.kind
        isFromPeer = head.fields.hasClientMark
        isHeadRequest = head.method == "HEAD"
        isLast = head.framing.shouldCloseConnection
    }

    /// The kind that a swift-micro peer states; nil for other peers, whose headers do not determine it.
    var statedKind: GoMicroRequestKind? { GoMicroRequestKind(headerValue: kindField, for: request.endpoint) }

    /// Whether a swift-micro peer opens a stream with this request.
    var opensStream: Bool { hasStreamField && statedKind == .stream }
}
