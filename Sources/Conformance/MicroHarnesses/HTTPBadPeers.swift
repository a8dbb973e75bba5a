// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import MicroConformance
import MicroCore
import NIOCore
import NIOPosix
import Synchronization

/// Peers of the HTTP transport that do not keep to its protocol: sockets that send bytes.
struct HTTPBadPeers: BadTransportPeers {
    var behaviors: Set<BadPeerBehavior> { Set(BadPeerBehavior.allCases) }

    func with(_ behavior: BadPeerBehavior, _ body: (any BadTransportPeer) async throws -> Void) async throws {
        let connections = Connections()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    connections.add(child)
                    try child.pipeline.syncOperations.addHandler(BadPeerHandler(behavior))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let address = Address(host: "127.0.0.1", port: channel.localAddress?.port)
            try await body(Peer(address: address, connections: connections))
        } catch {
            try? await channel.close()
            throw error
        }
        try await channel.close()
    }

    func sendMalformedRequests(_ listener: Address) async throws -> [(what: String, response: MicroError.Code?)] {
        let call = "Micro-Service: conformance\r\nMicro-Endpoint: Case.Call\r\n"
        let requests: [(what: String, bytes: String)] = [
            ("another verb", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            ("another path", "POST /nowhere HTTP/1.1\r\n\(call)Content-Length: 0\r\n\r\n"),
            ("a request without a service", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"),
            (
                "a request for another service",
                "POST / HTTP/1.1\r\nMicro-Service: x\r\nMicro-Endpoint: y\r\nContent-Length: 0\r\n\r\n"
            ),
            ("an upgrade", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), ("another protocol", "SSH-2.0-OpenSSH_9.2\r\n"),
            ("a handshake of TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}"),
            ("a length that is no number", "POST / HTTP/1.1\r\n\(call)Content-Length: x\r\n\r\n"),
            ("two lengths", "POST / HTTP/1.1\r\n\(call)Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
            (
                "a length and chunks",
                "POST / HTTP/1.1\r\n\(call)Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nab"
            ),
        ]
        var replies: [(what: String, response: MicroError.Code?)] = []
        for (what, bytes) in requests {
            let reply = try await withDeadline(
                .now + .seconds(5),
                orThrow: MicroError(.deadlineExceeded, "\(what) is not answered", origin: "conformance")
            ) { try await Self.exchange(bytes, with: listener) }
            replies.append((what, Self.code(of: reply)))
        }
        return replies
    }

    /// Sends bytes, and returns what comes back until there is an answer or the end.
    private static func exchange(_ bytes: String, with listener: Address) async throws -> String {
        let reply = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: String.self)
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ResponseHeadReader(reply))
                    }
                }
                .connect(host: listener.host, port: listener.port ?? 0).get()
            try? await channel.writeAndFlush(ByteBuffer(string: bytes)).get()
            let text = try await reply.futureResult.get()
            channel.close(promise: nil)
            return text
        } catch {
            reply.fail(error)
            throw error
        }
    }

    private static func code(of reply: String) -> MicroError.Code? {
        let line = reply.split(separator: "\r\n").first { $0.hasPrefix("Micro-Error: ") }
        guard let line else { return nil }
        return MicroError(wireText: String(line.dropFirst("Micro-Error: ".count)), origin: "peer").code
    }
}

private struct Peer: BadTransportPeer {
    let address: Address
    let connections: Connections

    func closeConnections() async { await connections.close() }
}

/// The connections of a peer.
private final class Connections: Sendable {
    private let open = Mutex<[any Channel]>([])

    func add(_ channel: any Channel) { open.withLock { $0.append(channel) } }

    func close() async {
        let channels = open.withLock { open in
            defer { open = [] }
            return open
        }
        // One that has closed already says so.
        for channel in channels { try? await channel.close() }
    }
}

/// Keeps what comes until a head is whole, or the connection ends.
private final class ResponseHeadReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let reply: EventLoopPromise<String>
    private var text = ""

    init(_ reply: EventLoopPromise<String>) { self.reply = reply }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        if text.contains("\r\n\r\n") { reply.succeed(text) }
    }

    func channelInactive(context: ChannelHandlerContext) { reply.succeed(text) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Answers requests in its way. It reads no more of them than where they begin and end.
private final class BadPeerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let behavior: BadPeerBehavior
    private var received = ByteBuffer()

    init(_ behavior: BadPeerBehavior) { self.behavior = behavior }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        while let request = nextRequest() { respond(request, context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func nextRequest() -> (fields: [Substring], body: String)? {
        let text = String(buffer: received)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let fields = text[..<end.lowerBound].split(separator: "\r\n")
        let length = value("Content-Length", of: fields).flatMap { Int($0) } ?? 0
        let rest = text[end.upperBound...]
        guard rest.utf8.count >= length else { return nil }
        received.moveReaderIndex(forwardBy: text[..<end.upperBound].utf8.count + length)
        return (fields, String(rest.utf8.prefix(length)) ?? "")
    }

    private func value(_ name: String, of fields: [Substring]) -> Substring? {
        fields.first { $0.hasPrefix("\(name): ") }?.dropFirst(name.count + 2)
    }

    private func respond(_ request: (fields: [Substring], body: String), _ context: ChannelHandlerContext) {
        let id = value("Micro-Id", of: request.fields).map { "Micro-Id: \($0)\r\n" } ?? ""
        let validResponse = "HTTP/1.1 200 OK\r\n\(id)Content-Length: \(request.body.utf8.count)\r\n\r\n\(request.body)"
        func write(_ text: String, thenClose closes: Bool = false) {
            let written = context.eventLoop.makePromise(of: Void.self)
            if closes { written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: written)
        }
        func error(_ text: String) -> String {
            "HTTP/1.1 200 OK\r\n\(id)Micro-Error: \(text)\r\nContent-Length: 0\r\n\r\n"
        }
        switch behavior {
        case .respondsWithoutBody: write("HTTP/1.1 200 OK\r\n\(id)Content-Length: 0\r\n\r\n")
        case .respondsTwice: write(validResponse + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain")
        case .abandonsStream: if !request.body.isEmpty { write(validResponse, thenClose: true) }
        case .unknownErrorCode: write(error(#"{"id":"x","code":499,"detail":"who knows","status":"?"}"#))
        case .nullError: write(error(#"{"id":null,"code":null,"detail":null,"status":null}"#))
        case .malformedResponse: write("\u{0}\u{1}garbage\r\n\r\n")
        case .endlessHeaders:
            write("HTTP/1.1 200 OK\r\n")
            for number in 0..<4096 { write("X-\(number): \(String(repeating: "x", count: 256))\r\n") }
        case .truncatedBody: write("HTTP/1.1 200 OK\r\n\(id)Content-Length: 10\r\n\r\nhalf", thenClose: true)
        case .closesBetweenCalls: write(validResponse)
        }
    }
}
