// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The listener and the connections of an ``HTTPFaultProxy``, confined to its event loop.
final class HTTPFaultProxyCore {
    let upstream: Address
    let planner: HTTPFaultPlanner
    let log: HTTPRequestLog
    let meter: TrafficMeter

    private let loop: any EventLoop
    private var listener: (any Channel)?
    private var clients: [ObjectIdentifier: any Channel] = [:]
    private var isClosed = false

    init(
        to upstream: Address, _ planner: HTTPFaultPlanner, _ log: HTTPRequestLog, _ meter: TrafficMeter,
        on loop: any EventLoop
    ) {
        self.upstream = upstream
        self.planner = planner
        self.log = log
        self.meter = meter
        self.loop = loop
    }

    /// Listens at a free port.
    ///
    /// - Returns: The port that was assigned.
    func listen(host: String) -> EventLoopFuture<Int> {
        let bound = NIOLoopBound(self, eventLoop: loop)
        return Loopback.listen(host: host, port: 0, on: loop, halfClosure: false) { channel in
            try bound.value.accept(channel)
        }.map { channel in
            bound.value.listener = channel
            return channel.localAddress?.port ?? 0
        }
    }

    private func accept(_ channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHTTPDownstreamHandlers(HTTPProxyHandler(self), meter)
        let id = ObjectIdentifier(channel)
        clients[id] = channel
        channel.closeFuture.assumeIsolated().whenComplete { [weak self] _ in self?.clients[id] = nil }
        if isClosed { channel.close(promise: nil) }
    }

    /// Stops listening and ends all connections. Can be called repeatedly.
    func close() -> EventLoopFuture<Void> {
        isClosed = true
        // Stop listening first, since a client whose connection ends may reconnect immediately.
        let closed = listener?.close().flatMapErrorThrowing { _ in } ?? loop.makeSucceededVoidFuture()
        listener = nil
        for channel in clients.values { channel.close(promise: nil) }
        return closed
    }
}
