// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// A relay before an HTTP server on this machine that counts what comes through.
package final class HTTPRelay: Sendable {
    private struct Counts {
        var targets: [String] = []
        var open = 0
        var maxOpen = 0
    }

    private let server: ScriptedServer
    private let counts: CountsBox

    private final class CountsBox: Sendable {
        let counts = Mutex(Counts())
    }

    /// Listens before the server at a port of 127.0.0.1.
    package init(to port: Int) throws {
        let box = CountsBox()
        counts = box
        server = try ScriptedServer { connection in
            let upstream = try RawConnection(port: port)
            defer { upstream.shutDown() }
            box.counts.withLock { counts in
                counts.open += 1
                counts.maxOpen = max(counts.maxOpen, counts.open)
            }
            defer { box.counts.withLock { $0.open -= 1 } }
            let responseThread = Thread {
                while let bytes = upstream.read() { try? connection.write(bytes) }
            }
            responseThread.stackSize = 512 * 1024
            responseThread.start()
            while let request = try connection.readRequest() {
                box.counts.withLock { $0.targets.append("\(request.method) \(request.target)") }
                let head = request.headers.reduce("\(request.method) \(request.target) HTTP/1.1\r\n") {
                    "\($0)\($1.name): \($1.value)\r\n"
                }
                upstream.write(Array((head + "\r\n").utf8) + request.body)
            }
        }
    }

    /// The address to connect to, `host:port`.
    package var address: String { "127.0.0.1:\(server.port)" }

    /// Methods and targets of all requests so far, in order.
    package var requests: [String] { counts.counts.withLock { $0.targets } }

    /// How many connections there are now.
    package var openConnections: Int { counts.counts.withLock { $0.open } }

    /// The most connections that there have been at once.
    package var maxOpenConnections: Int { counts.counts.withLock { $0.maxOpen } }

    /// Stops listening and ends all connections.
    package func stop() { server.stop() }
}
