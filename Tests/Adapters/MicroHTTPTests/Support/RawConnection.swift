// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// A TCP connection that sends any bytes and collects the received ones.
final class RawConnection: Sendable {
    fileprivate struct State {
        var received: [UInt8] = []
        var isClosed = false
        var wasReset = false
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let connection: RawConnection

        init(_ connection: RawConnection) { self.connection = connection }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data).readableBytesView
            connection.state.withLock { $0.received += bytes }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            connection.state.withLock { $0.wasReset = true }
        }

        func channelInactive(context: ChannelHandlerContext) { connection.state.withLock { $0.isClosed = true } }
    }

    private let state = Mutex(State())
    private let channel = Mutex<(any Channel)?>(nil)

    static func open(to address: Address, reading: Bool = true) async throws -> RawConnection {
        let connection = RawConnection()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reading)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(connection))
                }
            }
            .connect(host: address.host, port: address.port ?? 0).get()
        connection.channel.withLock { $0 = channel }
        return connection
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.withLock { $0 }?.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Closes the sending side and keeps reading.
    func endSending() async throws { try await channel.withLock { $0 }?.close(mode: .output).get() }

    /// Starts to read, on a connection that was opened without reading.
    func startReading() async throws { try await channel.withLock { $0 }?.setOption(.autoRead, value: true).get() }

    func close() { channel.withLock { $0 }?.close(promise: nil) }

    /// The bytes received so far.
    var bytes: [UInt8] { state.withLock { $0.received } }

    /// The bytes received so far, as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether the peer has closed the connection.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    var wasReset: Bool { state.withLock { $0.wasReset } }

    /// Waits for a number of complete responses.
    ///
    /// - Returns: All complete responses; fewer than `count` if the time limit has passed.
    func responses(_ count: Int, within limit: Duration = .seconds(10)) async -> [RawResponse] {
        _ = await eventually(within: limit) { RawResponse.all(in: text).count >= count }
        return RawResponse.all(in: text)
    }
}

/// A received response.
struct RawResponse {
    let status: String
    let fields: [(name: String, value: String)]
    let body: String

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    var names: Set<String> { Set(fields.map(\.name)) }

    static func all(in text: String) -> [RawResponse] {
        var responses: [RawResponse] = []
        var rest = Array(text.utf8)[...]
        while let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
            let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
            let fields = lines.dropFirst().map { line -> (name: String, value: String) in
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), String(parts.last?.drop { $0 == " " } ?? ""))
            }
            let length = fields.first { $0.name == "Content-Length" }.flatMap { Int($0.value) } ?? 0
            guard rest.endIndex - end.upperBound >= length else { break }
            let bodyEnd = end.upperBound + length
            let body = String(decoding: rest[end.upperBound..<bodyEnd], as: UTF8.self)
            responses.append(RawResponse(status: String(lines.first ?? ""), fields: fields, body: body))
            rest = rest[bodyEnd...]
        }
        return responses
    }
}
