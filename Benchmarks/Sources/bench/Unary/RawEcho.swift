// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import NIOCore
import NIOPosix

/// SwiftNIO with a minimal HTTP/1.1 codec that supports only `Content-Length`: an upper bound for any codec.
/// It consists of channel handlers, with one connection per caller.
struct RawEcho: Echo {
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
                    try child.pipeline.syncOperations.addHandler(RawServerHandler())
                }
            }
            .bind(host: EchoParameters.address.host, port: 0).get()
        announce(Address(host: EchoParameters.address.host, port: channel.localAddress?.port))
        try await channel.closeFuture.get()
    }

    /// Opens a connection and makes `count` calls on it, one after another.
    static func connection(to address: Address, calling count: Int) async throws -> any Channel {
        let connection = try await Connection(to: address)
        for _ in 0..<count { try EchoParameters.check(size: try await connection.call()) }
        return connection.channel
    }

    func call(_ caller: Int) async throws { try EchoParameters.check(size: try await connections[caller].call()) }

    func close() async {
        for connection in connections { await connection.close() }
    }
}

/// A client's connection.
private struct Connection: Sendable {
    let channel: any Channel
    private let handler: NIOLoopBound<RawClientHandler>

    init(to address: Address) async throws {
        (channel, handler) = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: address.host, port: address.port ?? 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = RawClientHandler()
                    try channel.pipeline.syncOperations.addHandler(handler)
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

private final class RawClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The request of the HTTP transport.
    private static let request = ByteBuffer(
        string: """
            POST / HTTP/1.1\r\nHost: 127.0.0.1:12345\r\nContent-Length: \(EchoParameters.size)\r\nContent-Type: \(EchoParameters.contentType)\r\n\
            Accept: \(EchoParameters.contentType)\r\nMicro-Service: \(EchoParameters.service)\r\nMicro-Method: \(EchoParameters.endpoint)\r\n\
            Micro-Endpoint: \(EchoParameters.endpoint)\r\nX-Micro-Service: \(EchoParameters.service)\r\nX-Micro-Method: \(EchoParameters.endpoint)\r\n\
            X-Micro-Endpoint: \(EchoParameters.endpoint)\r\nMicro-Id: 12345\r\nX-Micro-Id: 12345\r\nTimeout: 4999999999\r\n\r\n\
            \(String(repeating: "x", count: EchoParameters.size))
            """)

    private var context: ChannelHandlerContext?
    private var waiting: CheckedContinuation<Int, any Error>?
    private var messages = RawHTTPParser()

    func send(_ continuation: CheckedContinuation<Int, any Error>) {
        guard let context else { return continuation.resume(throwing: ChannelError.ioOnClosedChannel) }
        waiting = continuation
        context.writeAndFlush(wrapOutboundOut(Self.request), promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            for body in try messages.read(unwrapInboundIn(data)) { end(.success(body.readableBytes)) }
        } catch {
            end(.failure(error))
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

private final class RawServerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let head = ByteBuffer(
        string: """
            HTTP/1.1 200 OK\r\nMicro-Id: 12345\r\nX-Micro-Id: 12345\r\nContent-Type: \(EchoParameters.contentType)\r\n\
            Content-Length: \(EchoParameters.size)\r\n\r\n
            """)

    private var messages = RawHTTPParser()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let bodies = try? messages.read(unwrapInboundIn(data)) else { return context.close(promise: nil) }
        for body in bodies {
            var response = context.channel.allocator.buffer(capacity: 256)
            response.writeImmutableBuffer(Self.head)
            response.writeImmutableBuffer(body)
            context.writeAndFlush(wrapOutboundOut(response), promise: nil)
        }
    }
}

/// Splits bytes into messages: a head with a `Content-Length` that ends with an empty line, and a body.
private struct RawHTTPParser {
    private static let end = Array("\r\n\r\n".utf8)
    private static let length = Array("content-length: ".utf8)

    private var bytes = ByteBuffer()

    /// Appends bytes and returns the bodies of all complete messages.
    mutating func read(_ more: ByteBuffer) throws -> [ByteBuffer] {
        if bytes.readableBytes == 0 { bytes = more } else { bytes.writeImmutableBuffer(more) }
        var bodies: [ByteBuffer] = []
        while let (head, length) = try bytes.withUnsafeReadableBytes(Self.head) {
            guard bytes.readableBytes >= head + length else { break }
            bytes.moveReaderIndex(forwardBy: head)
            if let body = bytes.readSlice(length: length) { bodies.append(body) }
        }
        return bodies
    }

    private static func head(_ bytes: UnsafeRawBufferPointer) throws -> (head: Int, body: Int)? {
        var body: Int?
        var line = 0
        for index in bytes.indices where bytes[index] == 0x0A {
            if index - line <= 1 {
                guard let body else { throw BenchError("a message without Content-Length") }
                return (index + 1, body)
            }
            if body == nil { body = value(bytes[line..<index]) }
            line = index + 1
        }
        return nil
    }

    /// The value of a `Content-Length` field; nil for another field.
    private static func value(_ line: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard line.count > length.count, zip(line, length).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
        return line.dropFirst(length.count).prefix { (0x30...0x39).contains($0) }
            .reduce(0) { $0 &* 10 &+ Int($1 & 0xF) }
    }
}
