// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Hummingbird
import Logging
import MicroCore
import MicroEdge
import NIOCore
import NIOPosix

/// Serves WebSockets that return every message.
struct WebSocketServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "websocket-server", abstract: "Serves WebSockets that return every message.")

    func run() async throws {
        var configuration = EdgeConfiguration()
        configuration.address = "127.0.0.1:0"
        configuration.accessLogFormat = nil
        configuration.limits.maxConnections = 100_000
        configuration.limits.maxConcurrentRequests = 100_000
        let server = try EdgeServer(
            configuration: configuration, logger: .quiet,
            webSockets: { _, _ in
                WebSocketUpgrade { socket in
                    for try await message in socket { try await socket.send(message) }
                }
            },
            handler: { _, _ in Response(status: .ok) })
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            announce(try await server.listeningAddress())
            try await group.waitForAll()
        }
    }
}

/// Opens WebSockets, leaves them idle, and prints one line: `WEBSOCKETS MIB-BEFORE MIB-AFTER KIB-PER-WEBSOCKET CPU-MS/MIN`, all of
/// the server.
struct WebSocketMeasurement: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "websockets", abstract: "Measures the cost of idle WebSockets for a server.")

    @Option(help: "The address of the server, HOST:PORT.")
    var address: String

    @Option(help: "The process ID of the server.")
    var server: Int32

    @Option(help: "The number of WebSockets.")
    var count = 10_000

    @Option(help: "The idle time, in seconds.")
    var seconds = 5.0

    func run() async throws {
        let address = try Address(parsing: address)
        let before = try residentMemory(of: server)
        var open: [any Channel] = []
        // As many at a time as the listener's backlog holds.
        while open.count < count {
            open += try await withThrowingTaskGroup(of: (any Channel).self) { group in
                for _ in 0..<min(100, count - open.count) {
                    group.addTask { try await Self.connect(to: address) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        let used = try cpuTime(of: server)
        try await Task.sleep(for: .seconds(seconds))
        let idle = (try cpuTime(of: server) - used) / seconds * 60e3
        let after = try residentMemory(of: server)
        let alive = open.count { $0.isActive }
        guard alive == count else { throw BenchError("only \(alive) of \(count) WebSockets are left") }
        let mebibyte = 1024.0 * 1024
        print(
            count, text(before / mebibyte, 1), text(after / mebibyte, 1),
            text((after - before) / Double(count) / 1024, 1), text(idle, 0))
    }

    private static func connect(to address: Address) async throws -> any Channel {
        let group = MultiThreadedEventLoopGroup.singleton
        let agreed = group.any().makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: group).connectTimeout(.seconds(10)).channelInitializer {
            channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(HandshakeHandler(agreed))
            }
        }.connect(host: address.host, port: address.port ?? 80).get()
        try await channel.writeAndFlush(
            ByteBuffer(
                string: "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        ).get()
        try await agreed.futureResult.get()
        return channel
    }
}

/// Waits for the status 101, and ignores everything that follows.
private final class HandshakeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let agreed: EventLoopPromise<Void>
    private var isDone = false

    init(_ agreed: EventLoopPromise<Void>) { self.agreed = agreed }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        isDone = true
        if String(buffer: unwrapInboundIn(data)).hasPrefix("HTTP/1.1 101 ") {
            agreed.succeed()
        } else {
            agreed.fail(BenchError("the server refused a WebSocket"))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isDone { agreed.fail(BenchError("the server closed a connection")) }
        isDone = true
        context.fireChannelInactive()
    }
}
