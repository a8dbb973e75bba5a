// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import MicroEdge
import NIOCore
import NIOPosix
import Synchronization

/// The HTTP client of the reverse proxy, for HTTP/1.1 with and without TLS. It keeps connections for later requests. Redirects and
/// compressed bodies are passed on as they are.
///
/// A request on an event loop uses connections of that loop: a small request needs one write, and its response wakes one task
/// on the same thread. The gateway needs half of the CPU time per request that it needs with async-http-client.
package final class UpstreamClient: Sendable {
    private struct State {
        var pools: [ObjectIdentifier: NIOLoopBound<UpstreamPool>] = [:]
        var isClosed = false
    }

    private let idleTimeout: TimeAmount
    let tls: NodeTLS
    private let state = Mutex(State())

    /// - Parameters:
    ///   - idleTimeout: How long a node may send nothing.
    ///   - tls: TLS to nodes.
    package init(idleTimeout: Duration, tls: NodeTLS = NodeTLS()) {
        self.idleTimeout = TimeAmount(idleTimeout)
        self.tls = tls
    }

    /// Sends a request, and returns when the head and a small body of the response were received.
    ///
    /// - Throws: ``UpstreamError``; an error of SwiftNIO if the connection broke; `CancellationError`, which closes the connection;
    ///   ``/MicroCore/MicroError`` with `closed`.
    package func execute(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        try request.validate()
        let tls = request.isSecure ? try await tls.context() : nil
        let response = Promise<UpstreamResponse>()
        let eventLoop = MultiThreadedEventLoopGroup.currentEventLoop ?? MultiThreadedEventLoopGroup.singleton.next()
        if eventLoop.inEventLoop {
            try pool(on: eventLoop).send(request, response, tls: tls)
        } else {
            eventLoop.execute {
                do { try self.pool(on: eventLoop).send(request, response, tls: tls) } catch {
                    response.reject(with: error)
                }
            }
        }
        do { return try await response.value() } catch let error as CancellationError {
            let pool = state.withLock { $0.pools[ObjectIdentifier(eventLoop)] }
            eventLoop.execute { pool?.value.abandon(response) }
            throw error
        }
    }

    /// Closes all connections, and waits until they are closed. Closing twice has no effect.
    package func close() async {
        let pools = state.withLock { state in
            state.isClosed = true
            return Array(state.pools.values)
        }
        for pool in pools {
            do { try await pool.eventLoop.flatSubmit { pool.value.close() }.get() } catch {
                Logger.current.debug("closing the connections of the proxy failed", metadata: ["cause": "\(error)"])
            }
        }
    }

    /// The pool of an event loop. Called on that event loop.
    private func pool(on eventLoop: any EventLoop) throws -> UpstreamPool {
        try state.withLock { state in
            guard !state.isClosed else {
                throw MicroError(.closed, "the proxy is closed", origin: MicroError.Origin.edge)
            }
            if let pool = state.pools[ObjectIdentifier(eventLoop)] { return pool }
            let pool = NIOLoopBound(UpstreamPool(on: eventLoop, idleTimeout: idleTimeout), eventLoop: eventLoop)
            state.pools[ObjectIdentifier(eventLoop)] = pool
            return pool
        }.value
    }
}
