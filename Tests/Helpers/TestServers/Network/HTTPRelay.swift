// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// A relay in front of an HTTP server on this machine that records requests and counts connections.
package final class HTTPRelay: Sendable {
    private struct State {
        var targets: [String] = []
        var open = 0
        var maxOpen = 0
    }

    private final class SharedState: Sendable {
        let state = Mutex(State())
    }

    private let server: ScriptedServer
    private let shared: SharedState

    /// Listens on a free port of 127.0.0.1, in front of the server at a port.
    package init(to port: Int) throws {
        let shared = SharedState()
        self.shared = shared
        server = try ScriptedServer { connection in
            let upstream = try RawSocket(port: port)
            defer { upstream.shutDown() }
            shared.state.withLock { state in
                state.open += 1
                state.maxOpen = max(state.maxOpen, state.open)
            }
            defer { shared.state.withLock { $0.open -= 1 } }
            Thread.runDetached {
                while case .bytes(let bytes) = upstream.read() { try? connection.write(bytes) }
            }
            while let request = try connection.readRequest() {
                shared.state.withLock { $0.targets.append("\(request.method) \(request.target)") }
                let head = request.headers.reduce("\(request.method) \(request.target) HTTP/1.1\r\n") {
                    "\($0)\($1.name): \($1.value)\r\n"
                }
                upstream.write(Array((head + "\r\n").utf8) + request.body)
            }
        }
    }

    /// The address of the relay, `host:port`.
    package var address: String { "127.0.0.1:\(server.port)" }

    /// Methods and targets of all requests so far, in order.
    package var requests: [String] { shared.state.withLock { $0.targets } }

    /// The number of open connections.
    package var openConnections: Int { shared.state.withLock { $0.open } }

    /// The largest number of simultaneous connections so far.
    package var maxOpenConnections: Int { shared.state.withLock { $0.maxOpen } }

    /// Stops listening and ends all connections.
    package func stop() { server.stop() }
}
