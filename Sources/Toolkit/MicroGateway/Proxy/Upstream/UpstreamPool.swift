// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEdge
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The connections of one event loop, by node. Used on that event loop.
final class UpstreamPool {
    struct Key: Hashable {
        let address: Address
        let isSecure: Bool
    }

    static let maxIdleTime = TimeAmount.seconds(60)
    /// The time limit of connecting, and that of the TLS handshake.
    static let connectTimeout = TimeAmount.seconds(5)
    private static let maxIdleConnectionsPerNode = 256

    /// How long a node may send nothing while a response is expected.
    let idleTimeout: TimeAmount
    private let eventLoop: any EventLoop
    /// The last ones are the most recently used.
    private var idle: [Key: [UpstreamConnection]] = [:]
    /// All connections, also those that are being opened.
    private var open: [ObjectIdentifier: UpstreamConnection] = [:]
    /// The connections that carry a request, by its response.
    private var busy: [ObjectIdentifier: UpstreamConnection] = [:]
    private var isClosed = false

    init(on eventLoop: any EventLoop, idleTimeout: TimeAmount) {
        self.eventLoop = eventLoop
        self.idleTimeout = idleTimeout
    }

    var longestCheckInterval: TimeAmount { min(idleTimeout, Self.maxIdleTime) }

    // MARK: Requests

    /// Sends a valid request on an idle connection or a new one, unless its response is no longer expected.
    ///
    /// - Parameter tls: The settings for a node with TLS.
    func send(_ request: UpstreamRequest, _ response: Promise<UpstreamResponse>, tls: NIOSSLContext?) {
        guard response.isPending else { return }
        guard !isClosed else {
            response.reject(with: Self.closedError)
            return
        }
        let key = Key(address: request.address, isSecure: request.isSecure)
        if let connection = idle[key]?.popLast() { return send(request, response, on: connection) }
        connect(to: key, port: request.port, tls).assumeIsolated().whenComplete { result in
            do {
                let channel = try result.get()
                let connection = try channel.pipeline.syncOperations.handler(type: UpstreamConnection.self)
                if self.isClosed {
                    connection.close()
                    response.reject(with: Self.closedError)
                } else if response.isPending {
                    self.send(request, response, on: connection)
                } else {
                    self.release(connection)
                }
            } catch {
                response.reject(with: UpstreamError.notConnected(error))
            }
        }
    }

    private func send(
        _ request: UpstreamRequest, _ response: Promise<UpstreamResponse>, on connection: UpstreamConnection
    ) {
        busy[ObjectIdentifier(response)] = connection
        connection.send(request, response)
    }

    /// Forgets a response that the connection has provided or rejected.
    func didEnd(_ response: Promise<UpstreamResponse>) { busy[ObjectIdentifier(response)] = nil }

    /// Closes the connection of a request whose response is no longer expected.
    func abandon(_ response: Promise<UpstreamResponse>) { busy[ObjectIdentifier(response)]?.close() }

    // MARK: Connections

    private func connect(to key: Key, port: Int, _ tls: NIOSSLContext?) -> EventLoopFuture<any Channel> {
        let host = key.address.host
        let pool = NIOLoopBound(self, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop).connectTimeout(Self.connectTimeout)
            // Called for each address of a name: each channel needs a handler of its own.
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addTLS(tls, host: host) }
                    try pipeline.addHandlers(
                        HTTPRequestEncoder(), ByteToMessageHandler(HTTPResponseDecoder()),
                        UpstreamConnection(key, in: pool.value))
                }
            }
        // An IP address needs neither a resolver nor attempts for both address families.
        if let address = try? SocketAddress(ipAddress: host, port: port) { return bootstrap.connect(to: address) }
        return bootstrap.connect(host: host, port: port)
    }

    /// Adds a connection that is being opened.
    func add(_ connection: UpstreamConnection) { open[ObjectIdentifier(connection)] = connection }

    /// Keeps a connection for later requests.
    func release(_ connection: UpstreamConnection) {
        guard !isClosed, idle[connection.key]?.count ?? 0 < Self.maxIdleConnectionsPerNode else {
            return connection.close()
        }
        idle[connection.key, default: []].append(connection)
    }

    /// Takes back a connection that is about to close, so that no request takes it.
    func withdraw(_ connection: UpstreamConnection) {
        guard idle[connection.key] != nil else { return }
        idle[connection.key]?.removeAll { $0 === connection }
        if idle[connection.key]?.isEmpty == true { idle[connection.key] = nil }
    }

    /// Forgets a connection that has closed.
    func remove(_ connection: UpstreamConnection) {
        withdraw(connection)
        open[ObjectIdentifier(connection)] = nil
    }

    /// Closes all connections, which ends their requests.
    ///
    /// - Returns: Completes when they have closed.
    func close() -> EventLoopFuture<Void> {
        isClosed = true
        let connections = Array(open.values)
        let closeFutures = connections.compactMap(\.closeFuture)
        for connection in connections { connection.close() }
        return .andAllComplete(closeFutures, on: eventLoop)
    }

    private static var closedError: MicroError {
        MicroError(.closed, "the proxy is closed", origin: MicroError.Origin.edge)
    }
}
