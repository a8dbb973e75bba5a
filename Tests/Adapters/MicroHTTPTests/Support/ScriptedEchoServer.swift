// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import TestSupport

/// A scripted peer that returns the body of every call, and counts its connections.
struct ScriptedEchoServer {
    private let server: ScriptedServer

    init() throws {
        server = try ScriptedServer(responding: { request in
            ScriptedResponse(headers: [("Content-Type", request["Content-Type"] ?? "")], body: request.body)
        })
    }

    var address: Address { .local(server.port) }
    var acceptedConnections: Int { server.acceptedConnections }
    var openConnections: Int { server.openConnections }

    func disconnectAll() { server.disconnectAll() }
    func stop() { server.stop() }
}
