// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore
import NIOPosix

/// A bound socket and its connections.
final class HTTPListener: TransportListener {
    let address: Address
    private let channel: any Channel
    private let connections: HTTPServerConnections

    private init(_ channel: any Channel, _ address: Address, _ connections: HTTPServerConnections) {
        self.channel = channel
        self.address = address
        self.connections = connections
        channel.closeFuture.whenComplete { _ in connections.stopListening() }
    }

    /// Binds a socket. It accepts no connections until it runs.
    static func bind(
        to address: Address, configuration: HTTPConfiguration, wireFormat: any HTTPWireFormat,
        security: (any HTTPSecurity)?, logger: Logger
    ) async throws -> HTTPListener {
        let port = address.port ?? 0
        guard !address.host.isEmpty, (0...65535).contains(port) else {
            throw MicroError(
                .invalidArgument, "cannot listen at \(address): expected a host and a port within 0…65535",
                origin: MicroError.Origin.transport, isSafeToRetry: true)
        }
        try security?.checkServer()
        let connections = HTTPServerConnections(configuration: configuration, wireFormat: wireFormat, logger: logger)
        do {
            let channel = try await ServerBootstrap(group: configuration.eventLoopGroup)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.autoRead, value: false)
                .serverChannelInitializer { server in
                    // Without free descriptors, the channel would retry accepting in a busy loop.
                    server.eventLoop.makeCompletedFuture {
                        try server.pipeline.syncOperations.addHandler(HTTPAcceptPause())
                    }
                }
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { child in
                    child.eventLoop.makeCompletedFuture {
                        let pipeline = child.pipeline.syncOperations
                        if let security { try pipeline.addHandler(try security.serverHandler()) }
                        try HTTPServerHandler.add(to: pipeline, of: connections, on: child.eventLoop)
                    }
                }
                .bind(host: address.host, port: port).get()
            let bound = Address(host: address.host, port: channel.localAddress?.port ?? port)
            return HTTPListener(channel, bound, connections)
        } catch {
            throw MicroError.cannotListen(at: address, error)
        }
    }

    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws {
        try connections.start(HTTPServiceHandlers(respond: handler, streams: streams))
        // Start accepting connections. This fails only if the socket has been closed, which ends the wait below.
        channel.setOption(.autoRead, value: true).whenFailure { _ in }
        await withTaskCancellationHandler {
            await connections.waitUntilClosed()
        } onCancel: {
            terminate()
        }
        guard !connections.hasFailed else {
            throw MicroError(
                .unavailable, "the operating system closed the listening socket at \(address)",
                origin: MicroError.Origin.transport)
        }
    }

    func drain(deadline: ContinuousClock.Instant) async {
        connections.drain()
        // Requests that arrive after the drain has begun are refused. Closing immediately would reset them, and their
        // callers would not know whether they were executed.
        let refusal = scheduleEndOfRefusals(after: min(Self.refusalPeriod, deadline.remainingTime))
        let timer = channel.eventLoop.scheduleTask(in: deadline.remainingTime) { self.terminate() }
        await connections.waitUntilClosed()
        refusal.cancel()
        timer.cancel()
    }

    /// Stops accepting connections after a period in which none was accepted, or after the maximum number of periods:
    /// connections that still wait in the backlog of the socket are reset.
    private func scheduleEndOfRefusals(after period: TimeAmount) -> RepeatedTask {
        _ = connections.takeNewConnectionCount()
        let remaining = NIOLoopBoundBox.makeBoxSendingValue(Self.maxRefusalPeriods, eventLoop: channel.eventLoop)
        return channel.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { task in
            remaining.value -= 1
            guard remaining.value == 0 || self.connections.takeNewConnectionCount() == 0 else { return }
            task.cancel()
            self.connections.closeIdle()
            self.channel.close(promise: nil)
        }
    }

    /// How long a drain still accepts connections and requests in order to refuse them.
    private static let refusalPeriod = TimeAmount.milliseconds(100)
    private static let maxRefusalPeriods = 5

    /// Calls an action once the socket is closed.
    func whenClosed(_ action: @escaping @Sendable () -> Void) { channel.closeFuture.whenComplete { _ in action() } }

    private func terminate() {
        connections.terminate()
        channel.close(promise: nil)
    }
}
