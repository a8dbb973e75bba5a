// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOHTTP1

/// One connection of a client: carries one call at a time, and is given back to the pool only when it is in order.
final class HTTPClientHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private struct Exchange {
        let call: HTTPCall
        let id: String
        var response: Response?
    }

    private struct Response {
        let status: Int
        let fields: HTTPFields
        let isLast: Bool
        var body = ByteBuffer()
    }

    private let pool: HTTPConnectionPool
    private let address: Address
    private var context: ChannelHandlerContext?
    private var connection: HTTPConnection?
    private var exchange: Exchange?
    private var sentCount = 0
    private var lastUse = NIODeadline.now()
    /// Whether the pool counts this connection.
    private var isAdopted = false

    init(pool: HTTPConnectionPool, address: Address) {
        self.pool = pool
        self.address = address
    }

    var configuration: HTTPConfiguration { pool.configuration }

    // MARK: - From the pool

    /// The connection is open and counts from now on.
    ///
    /// - Returns: False if it has closed already.
    func adopt() -> Bool {
        isAdopted = context?.channel.isActive ?? false
        return isAdopted
    }

    func send(_ call: HTTPCall) {
        guard let context, let connection, context.channel.isActive else { return pool.submit(call) }
        guard !hasPeerClosed(context) else {
            close()
            return pool.submit(call)
        }
        call.startTimer(on: context.eventLoop)
        guard call.state.carry(by: connection) else { return pool.giveBack(connection, to: address) }
        // A number per connection: an answer to an earlier request is told apart.
        let id = String(sentCount)
        sentCount += 1
        exchange = Exchange(call: call, id: id)
        let fields = HTTPHeaders(call.fields + pool.dialect.sendingFields(id: id, deadline: call.deadline))
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: call.target, headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if call.body.readableBytes > 0 { context.write(wrapOutboundOut(.body(.byteBuffer(call.body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func abandon(_ call: HTTPCall) {
        guard exchange?.call === call else { return }
        exchange = nil
        close()
    }

    func close() { context?.close(promise: nil) }

    // MARK: - From the peer

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection = HTTPConnection(self, on: context.eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        connection = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head)
        case .body(let body): receive(body)
        case .end: complete(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isAdopted { pool.remove(connection, from: address) }
        isAdopted = false
        fail(pool.isClosed ? .transportClosed(wasSent: true) : .connectionLost(to: address, nil))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(.exchangeFailed(with: address, error))
        context.close(promise: nil)
    }

    private func receive(_ head: HTTPResponseHead) {
        guard exchange != nil else { return close() }
        let status = Int(head.status.code)
        let fields = HTTPFields(head.headers)
        guard fields.length != nil || fields.isChunked || !head.status.mayHaveResponseBody else {
            // It would end with the connection, and one that is cut off looks the same.
            return fail(.badResponse(from: address, "without a length (HTTP \(status))"))
        }
        guard fields.length ?? 0 <= configuration.largestBody else { return tooLarge(fields.length) }
        exchange?.response = Response(status: status, fields: fields, isLast: !head.isKeepAlive || status == 101)
    }

    private func receive(_ part: ByteBuffer) {
        guard let size = exchange?.response?.body.readableBytes else { return }
        guard size + part.readableBytes <= configuration.largestBody else { return tooLarge(nil) }
        if size == 0 {
            exchange?.response?.body = part
        } else {
            exchange?.response?.body.writeImmutableBuffer(part)
        }
    }

    private func complete(_ context: ChannelHandlerContext) {
        guard let exchange, let response = exchange.response, let connection else { return }
        if let id = response.fields.id, id != exchange.id {
            return fail(.badResponse(from: address, "another request (Micro-Id \(id.prefix(40)), not \(exchange.id))"))
        }
        self.exchange = nil
        lastUse = .now()
        let result = Result {
            try pool.dialect.readResponse(
                status: response.status, fields: response.fields, body: response.body, from: address,
                service: exchange.call.service)
        }
        // A peer that answers early may not read the rest of the request.
        let isReusable = !response.isLast && isWritten(context)
        let isEnd = exchange.call.state.end(result) { if isReusable { pool.giveBack(connection, to: address) } }
        if !isEnd || !isReusable { close() }
    }

    /// Whether the peer has closed a connection that was idle for a moment. The event loop hears of it as well, but may
    /// be behind; nothing has been written yet, so that the call can still go elsewhere.
    private func hasPeerClosed(_ context: ChannelHandlerContext) -> Bool {
        #if os(Linux)
        guard NIODeadline.now() - lastUse > .microseconds(100) else { return false }
        // The first byte of the kernel's `struct tcp_info` is the state of the connection (tcp(7)).
        guard let info = try? context.channel.syncOptions?.getOption(.tcpOption(.tcp_info)) else { return false }
        let established: UInt8 = 1
        return withUnsafeBytes(of: info) { $0.first != established }
        #else
        return false
        #endif
    }

    private func isWritten(_ context: ChannelHandlerContext) -> Bool {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 == 0
    }

    private func tooLarge(_ length: Int?) {
        let size = length.map { "\($0) bytes" } ?? "more bytes than allowed"
        fail(
            MicroError(
                .payloadTooLarge,
                "the body of the response of \(address) has \(size): the limit is \(configuration.largestBody)",
                origin: MicroError.Origin.client))
    }

    /// Ends the call, if there is one, and the connection with it.
    private func fail(_ error: MicroError) {
        guard let exchange else { return }
        self.exchange = nil
        exchange.call.state.end(.failure(error))
        close()
    }
}
