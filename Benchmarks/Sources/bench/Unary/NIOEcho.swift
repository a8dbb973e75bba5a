// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import NIOCore
import NIOHTTP1
import NIOPosix

/// SwiftNIO with its HTTP/1 codec only: the same header fields and bytes as the HTTP transport, without
/// deadlines, cancellation, pool, limits or validation. One connection per caller.
struct NIOEcho: Echo {
    private let connections: [Connection]

    init(calling address: Address, callers: Int) async throws {
        var connections: [Connection] = []
        for _ in 0..<callers { connections.append(try await Connection(to: address)) }
        self.connections = connections
    }

    static func serve(_ announce: @Sendable (Address) -> Void) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    var encoding = HTTPResponseEncoder.Configuration()
                    encoding.automaticallySetFramingHeaders = false
                    try child.pipeline.syncOperations.addHandlers([
                        HTTPResponseEncoder(configuration: encoding), ByteToMessageHandler(HTTPRequestDecoder()),
                        ServerHandler(),
                    ])
                }
            }
            .bind(host: EchoParameters.address.host, port: 0).get()
        announce(Address(host: EchoParameters.address.host, port: channel.localAddress?.port))
        try await channel.closeFuture.get()
    }

    func call(_ caller: Int) async throws { try EchoParameters.check(size: try await connections[caller].call()) }

    func close() async {
        for connection in connections { await connection.close() }
    }
}

/// A client's connection.
private struct Connection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<ClientHandler>

    init(to address: Address) async throws {
        (channel, handler) = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: address.host, port: address.port ?? 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    var encoding = HTTPRequestEncoder.Configuration()
                    encoding.automaticallySetFramingHeaders = false
                    let handler = ClientHandler()
                    try channel.pipeline.syncOperations.addHandlers([
                        HTTPRequestEncoder(configuration: encoding), ByteToMessageHandler(HTTPResponseDecoder()),
                        handler,
                    ])
                    return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
                }
            }
    }

    /// Makes a call and returns the size of the response.
    func call() async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            handler.eventLoop.execute { handler.value.send(continuation) }
        }
    }

    func close() async { try? await channel.close() }
}

private final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private static let head = HTTPRequestHead(
        version: .http1_1, method: .POST, uri: "/",
        headers: [
            "Host": "127.0.0.1:12345", "Content-Length": "\(EchoParameters.size)",
            "Content-Type": EchoParameters.contentType,
            "Accept": EchoParameters.contentType, "Micro-Service": EchoParameters.service,
            "Micro-Method": EchoParameters.endpoint,
            "Micro-Endpoint": EchoParameters.endpoint, "X-Micro-Service": EchoParameters.service,
            "X-Micro-Method": EchoParameters.endpoint,
            "X-Micro-Endpoint": EchoParameters.endpoint, "Micro-Id": "12345", "X-Micro-Id": "12345",
            "Timeout": "4999999999",
        ])

    private let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: EchoParameters.size)
    private var context: ChannelHandlerContext?
    private var waiting: CheckedContinuation<Int, any Error>?
    private var size = 0

    func send(_ continuation: CheckedContinuation<Int, any Error>) {
        guard let context else { return continuation.resume(throwing: ChannelError.ioOnClosedChannel) }
        waiting = continuation
        size = 0
        context.write(wrapOutboundOut(.head(Self.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: break
        case .body(let part): size += part.readableBytes
        case .end: end(.success(size))
        }
    }

    func channelInactive(context: ChannelHandlerContext) { end(.failure(ChannelError.eof)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(.failure(error)) }

    private func end(_ result: Result<Int, any Error>) {
        let continuation = waiting
        waiting = nil
        continuation?.resume(with: result)
    }
}

private final class ServerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let head = HTTPResponseHead(
        version: .http1_1, status: .ok,
        headers: [
            "Micro-Id": "12345", "X-Micro-Id": "12345", "Content-Type": EchoParameters.contentType,
            "Content-Length": "\(EchoParameters.size)",
        ])

    private var body = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: body.clear()
        case .body(let part): body.writeImmutableBuffer(part)
        case .end:
            context.write(wrapOutboundOut(.head(Self.head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
