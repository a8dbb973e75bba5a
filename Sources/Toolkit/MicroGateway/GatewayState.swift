// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import MicroEdge
import Synchronization

/// The dispatcher of a gateway, which can be replaced. Requests that run keep the one that they began with.
final class GatewayState: Sendable {
    private let dispatcher: Mutex<GatewayDispatcher>

    init(_ dispatcher: GatewayDispatcher) { self.dispatcher = Mutex(dispatcher) }

    /// The dispatcher for new requests.
    var current: GatewayDispatcher { dispatcher.withLock(\.self) }

    /// Replaces the dispatcher.
    func replace(_ dispatcher: GatewayDispatcher) { self.dispatcher.withLock { $0 = dispatcher } }

    /// Responds with the current dispatcher.
    @Sendable func respond(to request: Request, context: EdgeContext) async throws -> Response {
        try await current.respond(to: request, context: context)
    }

    /// Decides about a WebSocket with the current dispatcher.
    @Sendable func upgrade(_ request: Request, context: EdgeContext) async throws -> WebSocketUpgrade? {
        try await current.upgrade(request, context: context)
    }
}
