// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The responder of a server, which can be replaced. A request in progress keeps the responder that it started with.
final class ReloadableResponder: HTTPResponder {
    typealias Context = EdgeContext

    private let state: Mutex<EdgeResponder>

    init(_ responder: EdgeResponder) { state = Mutex(responder) }

    /// The responder for new requests.
    var current: EdgeResponder { state.withLock(\.self) }

    /// Replaces the responder.
    func replace(_ change: (EdgeResponder) -> EdgeResponder) { state.withLock { $0 = change($0) } }

    /// Responds with the current responder.
    func respond(to request: Request, context: EdgeContext) async throws -> Response {
        try await current.respond(to: request, context: context)
    }

    /// The handlers of a new connection.
    var channelHandlers: [any RemovableChannelHandler] {
        let current = current
        var handlers: [any RemovableChannelHandler] = [
            DisconnectHandler(), StalledResponseHandler(timeout: current.configuration.limits.idleTimeout),
        ]
        if current.webSockets != nil { handlers.append(UpgradeHandler { await self.current.upgrade($0, $1) }) }
        return handlers
    }
}
