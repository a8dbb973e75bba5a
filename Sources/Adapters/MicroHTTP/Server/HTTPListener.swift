// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore
import NIOPosix

/// The answering side: a bound socket, and the connections that come in by it.
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
        let connections = HTTPServerConnections(configuration: configuration, wireFormat: wireFormat, logger: logger)
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.autoRead, value: false)
                .childChannelInitializer { child in
                    child.eventLoop.makeCompletedFuture {
                        let handler = HTTPServerHandler(connections, loop: .of(child.eventLoop))
                        let pipeline = child.pipeline.syncOperations
                        if let security { try pipeline.addHandler(try security.serverHandler()) }
                        try pipeline.addHandler(handler)
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
        // Accepts from now on; it fails only if the socket has closed meanwhile.
        channel.setOption(.autoRead, value: true).whenFailure { _ in }
        await withTaskCancellationHandler {
            await connections.waitUntilClosed()
        } onCancel: {
            terminate()
        }
        guard !connections.hasFailed else {
            throw MicroError(
                .unavailable, "listening at \(address) broke off: the operating system closed the socket",
                origin: MicroError.Origin.transport)
        }
    }

    func drain(deadline: ContinuousClock.Instant) async {
        connections.drain()
        channel.close(promise: nil)
        let timer = channel.eventLoop.scheduleTask(in: deadline.remainingTime) { self.terminate() }
        await connections.waitUntilClosed()
        timer.cancel()
    }

    /// Calls the action when the socket is closed.
    func whenClosed(_ action: @escaping @Sendable () -> Void) { channel.closeFuture.whenComplete { _ in action() } }

    private func terminate() {
        connections.terminate()
        channel.close(promise: nil)
    }
}
