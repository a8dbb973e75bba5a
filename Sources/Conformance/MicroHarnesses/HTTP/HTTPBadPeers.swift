// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroConformance
import MicroCore
import NIOCore
import NIOPosix
import Synchronization

/// Peers of the HTTP transport that violate its protocol, on plain sockets.
struct HTTPBadPeers: BadTransportPeers {
    private static let timeout = Duration.seconds(5)

    var behaviors: Set<BadPeerBehavior> { Set(BadPeerBehavior.allCases) }

    func with(_ behavior: BadPeerBehavior, _ body: (any BadTransportPeer) async throws -> Void) async throws {
        let connections = ConnectionSet()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    connections.add(child)
                    try child.pipeline.syncOperations.addHandler(HTTPBadPeerHandler(behavior))
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
            ("a TLS handshake", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}"),
            ("a length that is not a number", "POST / HTTP/1.1\r\n\(call)Content-Length: x\r\n\r\n"),
            ("two lengths", "POST / HTTP/1.1\r\n\(call)Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
            (
                "a length and chunks",
                "POST / HTTP/1.1\r\n\(call)Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nab"
            ),
        ]
        var replies: [(what: String, response: MicroError.Code?)] = []
        for (what, bytes) in requests {
            let reply = try await withDeadline(
                .now + Self.timeout,
                orThrow: MicroError(
                    .deadlineExceeded, "no response to \(what) within \(Self.timeout)", origin: "conformance")
            ) { try await Self.exchange(bytes, with: listener) }
            replies.append((what, Self.code(of: reply)))
        }
        return replies
    }

    /// Sends bytes, and returns the received text up to the end of a response head or of the connection.
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
    let connections: ConnectionSet

    func closeConnections() async { await connections.closeAll() }
}

/// The connections of a peer.
private final class ConnectionSet: Sendable {
    private let channels = Mutex<[any Channel]>([])

    func add(_ channel: any Channel) { channels.withLock { $0.append(channel) } }

    func closeAll() async {
        let closing = channels.withLock { channels in
            defer { channels = [] }
            return channels
        }
        // Closing fails for a channel that is already closed.
        for channel in closing { try? await channel.close() }
    }
}

/// Collects received text until a response head is complete or the connection ends.
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
