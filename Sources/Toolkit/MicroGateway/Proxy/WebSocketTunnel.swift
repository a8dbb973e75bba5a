// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Micro
import MicroCore
import MicroEdge
import NIOCore
import NIOHTTP1
import NIOPosix

/// Opens a WebSocket to a node of an HTTP service, over which the bytes of the client's WebSocket are passed.
///
/// The client gets a response only after the node has responded. If the node does not accept the upgrade with 101, the
/// client gets the node's status.
struct WebSocketTunnel: Sendable {
    let nodes: NodeSelector
    let tls: NodeTLS

    /// Connects to a node.
    ///
    /// - Returns: The acceptance of the client's handshake.
    /// - Throws: ``/MicroCore/MicroError``: `notFound` without a node, 502 if no node could be reached, or the status of a node
    ///   that refuses.
    func open(_ request: GatewayRequest) async throws -> WebSocketUpgrade {
        try await nodes.send(request) { node, address in
            try await connect(request, to: address, isSecure: node.usesTLS)
        } evaluating: { error, node in
            if let refusal = error as? HandshakeRefusal {
                return FailedAttempt(outcome: .responded, mayRetry: false, error: refusal.error)
            }
            // The node is not the cause: the certificates of the gateway cannot be read.
            if error is MicroError { return FailedAttempt(outcome: .abandoned, mayRetry: false, error: error) }
            // A handshake is a GET, and may be repeated.
            return FailedAttempt(
                outcome: .failed, mayRetry: true,
                error: MicroError(
                    .init(status: 502), "\(Address(node)) has not responded: \(error)",
                    origin: MicroError.Origin.edge, cause: error))
        }
    }

    private func connect(
        _ request: GatewayRequest, to address: Address, isSecure: Bool
    ) async throws -> WebSocketUpgrade {
        let tls = isSecure ? try await tls.context() : nil
        let path = request.context.path
        var head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "\(path)\(path.query.map { "?\($0)" } ?? "")",
            headers: ProxyHeaders.request(request))
        head.headers.add(name: "Connection", value: "Upgrade")
        head.headers.add(name: "Upgrade", value: "websocket")
        // The response of the channel that is connected: a name may have several addresses.
        let (channel, response) = try await ClientBootstrap(group: request.context.eventLoop)
            .connectTimeout(.seconds(5))
            .channelOption(.autoRead, value: false).channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { [head] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addTLS(tls, host: address.host) }
                    try pipeline.addHandlers([
                        HTTPRequestEncoder(),
                        ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes)),
                        HandshakeHandler(head, channel.eventLoop.makePromise()), EarlyBytesHandler(),
                    ])
                }
            }
            .connect(host: address.host, port: address.port ?? (isSecure ? 443 : 80))
            .flatMapThrowing { channel in
                let handler = try channel.pipeline.syncOperations.handler(type: HandshakeHandler.self)
                return (channel, handler.response.futureResult)
            }.get()
        let upgrade = try await withTaskCancellationHandler {
            try await response.get()
        } onCancel: {
            channel.close(promise: nil)
        }
        guard upgrade.status == .switchingProtocols else {
            channel.close(promise: nil)
            let status = Int(upgrade.status.code)
            throw HandshakeRefusal(
                error: MicroError(
                    .init(status: status < 400 ? 502 : status), "\(address) refused the WebSocket: \(upgrade.status)",
                    origin: MicroError.Origin.edge))
        }
        var headers = ProxyHeaders.response(upgrade.headers)
        headers[.upgrade] = "websocket"
        headers[.connection] = "Upgrade"
        return WebSocketUpgrade(
            tunnelTo: channel, headers: headers, idleTimeout: request.configuration.proxyIdleTimeout)
    }
}

/// The node has responded, but not with 101.
private struct HandshakeRefusal: Error {
    /// The error for the client.
    let error: MicroError
}

/// Sends the handshake, and reports the head of the response. Then it removes itself and the HTTP handlers.
private final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    let response: EventLoopPromise<HTTPResponseHead>
    private var agreement: HTTPResponseHead?
    private var isDone = false
    private var isUpgraded = false

    init(_ head: HTTPRequestHead, _ response: EventLoopPromise<HTTPResponseHead>) {
        self.head = head
        self.response = response
    }

    func channelActive(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.read()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // After the handlers of HTTP have left, these are bytes of the new protocol.
        if isUpgraded { return context.fireChannelRead(data) }
        guard !isDone else { return }
        switch unwrapInboundIn(data) {
        case .head(let head) where head.status == .switchingProtocols: agreement = head
        case .head(let head):
            isDone = true
            response.succeed(head)
        case .end:
            guard let agreement else { return }
            isDone = true
            isUpgraded = true
            leave(context.pipeline.syncOperations, context.eventLoop, agreement)
        case .body: break
        }
    }

    /// Removes the handlers of HTTP, and hands on the response.
    private func leave(
        _ pipeline: ChannelPipeline.SynchronousOperations, _ eventLoop: any EventLoop, _ head: HTTPResponseHead
    ) {
        do {
            let removals = [
                pipeline.removeHandler(try pipeline.handler(type: HTTPRequestEncoder.self)),
                pipeline.removeHandler(
                    try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)),
                pipeline.removeHandler(self),
            ]
            EventLoopFuture.andAllSucceed(removals, on: eventLoop).map { head }.cascade(to: response)
        } catch {
            response.fail(error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !isDone { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(with: ChannelError.eof)
        context.fireChannelInactive()
    }

    /// Also called for a connection that was never open.
    func handlerRemoved(context: ChannelHandlerContext) { end(with: ChannelError.eof) }

    private func end(with error: any Error) {
        if !isDone { response.fail(error) }
        isDone = true
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(with: error)
        context.close(promise: nil)
    }
}

/// Holds the bytes that a node sends right after its response until there is a reader.
private final class EarlyBytesHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var held: [ByteBuffer]? = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if held == nil { context.fireChannelRead(data) } else { held?.append(unwrapInboundIn(data)) }
    }

    func read(context: ChannelHandlerContext) {
        let bytes = held ?? []
        held = nil
        for part in bytes { context.fireChannelRead(wrapInboundOut(part)) }
        if !bytes.isEmpty { context.fireChannelReadComplete() }
        context.read()
    }
}
