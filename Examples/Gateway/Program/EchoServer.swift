// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import MicroEdge

/// An `EdgeServer` without a gateway, whose WebSocket returns every message.
enum EchoServer {
    /// Creates the server.
    ///
    /// - Throws: `MicroError` with `invalidArgument` if the address is not valid.
    static func make(address: String) throws -> EdgeServer {
        var configuration = EdgeConfiguration()
        configuration.address = address
        configuration.accessLogFormat = nil
        var limits = WebSocketConfiguration()
        limits.maxMessageSize = 32 * 1024 * 1024
        return try EdgeServer(
            configuration: configuration,
            webSockets: { [limits] _, _ in
                WebSocketUpgrade(configuration: limits) { socket in
                    for try await message in socket { try await socket.send(message) }
                }
            },
            handler: { _, _ in Response(status: .ok) })
    }
}
