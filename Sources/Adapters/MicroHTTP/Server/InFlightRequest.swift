// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A request that a server receives or answers: what its connection knows of it.
final class InFlightRequest {
    /// While it comes in by parts without the body, which grows in the connection.
    var request: TransportRequest
    let id: String?
    let isStream: Bool
    /// Whether the connection is closed behind the answer.
    let isLast: Bool
    /// Nil while the first part of the handler runs.
    var task: HTTPLoopTask?

    init(_ request: TransportRequest, id: String?, isStream: Bool, isLast: Bool) {
        self.request = request
        self.id = id
        self.isStream = isStream
        self.isLast = isLast
    }
}
