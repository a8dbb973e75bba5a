// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore

/// A request that a server receives or responds to.
final class InFlightRequest {
    /// Without its body until that has been received.
    var request: TransportRequest
    let id: String?
    /// Whether the request says that it belongs to a stream.
    let isStream: Bool
    /// Whether the caller has set the deadline.
    let hasTimeout: Bool
    /// Whether the connection is closed after the response.
    let isLast: Bool
    /// Nil while the handler runs up to its first suspension.
    var task: HTTPLoopTask?

    init(_ request: TransportRequest, _ head: HTTPHead) {
        self.request = request
        id = head.fields.id
        isStream = head.fields.stream == "true"
        hasTimeout = head.fields.timeout != nil
        isLast = head.framing.shouldCloseConnection
    }
}
