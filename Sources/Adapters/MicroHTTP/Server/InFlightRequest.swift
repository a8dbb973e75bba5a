// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore

/// A request that a server receives or responds to.
final class InFlightRequest {
    /// Without its body until that has been received.
    var request: TransportRequest
    /// The number of the request, for the response; nil also for an empty one.
    let id: String?
    /// Whether the head has `Micro-Stream`.
    private let hasStreamField: Bool
    /// The head's `Micro-Kind`.
    private let kindField: String?
    /// Whether the connection is closed after the response.
    let isLast: Bool
    /// Nil while the handler runs up to its first suspension.
    var task: HTTPLoopTask?

    init(_ request: TransportRequest, _ head: HTTPHead) {
        self.request = request
        id = head.fields.id.flatMap { $0.isEmpty ? nil : $0 }
        hasStreamField = head.fields.stream != nil
        kindField = head.fields.kind
        isLast = head.framing.shouldCloseConnection
    }

    /// The kind that a peer of this toolkit states; nil for other peers, whose headers say nothing about it.
    var statedKind: GoMicroRequestKind? { GoMicroRequestKind(headerValue: kindField, for: request.endpoint) }

    /// Whether a peer of this toolkit opens a stream with this request.
    var opensStream: Bool { hasStreamField && statedKind == .stream }
}
