// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import HummingbirdCore
import MicroCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// The decision about a request for a WebSocket.
enum UpgradeDecision: Sendable {
    /// The connection becomes a WebSocket.
    case accept(WebSocketUpgrade)
    /// The request is rejected, and the connection closed.
    case reject(status: Int, headers: HTTPFields, body: ByteBuffer)
    /// The request is handled as any other one.
    case proceed
}

/// Intercepts WebSocket handshakes on an HTTP/1.1 connection (RFC 6455, section 4.2). Runs on the event loop of its
/// channel, between the HTTP codec and the handlers of requests.
final class UpgradeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart
    typealias Decide = @Sendable (HTTPRequest, any Channel) async -> UpgradeDecision

    private let decide: Decide
    /// The parts of the request that is being decided about.
    private var held: [HTTPRequestPart]?
    private var isReadPending = false
    private var decision: Task<Void, Never>?

    init(decide: @escaping Decide) { self.decide = decide }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if held != nil {
            held?.append(part)
        } else if case .head(let head) = part, Self.asksForWebSocket(head) {
            held = [part]
            begin(head, context)
        } else {
            context.fireChannelRead(data)
        }
    }

    func read(context: ChannelHandlerContext) {
        // Nothing is read while a request waits for its decision, so that only what was received before is held.
        if held == nil { context.read() } else { isReadPending = true }
    }

    func channelInactive(context: ChannelHandlerContext) {
        decision?.cancel()
        context.fireChannelInactive()
    }

    private static func asksForWebSocket(_ head: HTTPRequest) -> Bool {
        func has(_ token: String, in name: HTTPField.Name) -> Bool {
            head.headerFields[values: name].contains { value in
                value.split(separator: ",").contains { $0.filter { $0 != " " && $0 != "\t" }.lowercased() == token }
            }
        }
        return has("websocket", in: .upgrade) && has("upgrade", in: .connection)
    }

    private func begin(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        let promise = context.eventLoop.makePromise(of: UpgradeDecision.self)
        decision = promise.completeWithTask { [decide, channel = context.channel] in
            if let problem = Self.problem(of: head) { return problem }
            return await decide(head, channel)
        }
        promise.futureResult.assumeIsolated().whenSuccess { self.finish($0, head, context) }
    }

    /// The response to a request that is not a valid handshake; nil if it is one.
    private static func problem(of head: HTTPRequest) -> UpgradeDecision? {
        guard head.headerFields[.secWebSocketVersion] == "13" else {
            return .reject(
                status: 426, headers: [.secWebSocketVersion: "13", .upgrade: "websocket"],
                body: ByteBuffer(string: "version 13 of the WebSocket protocol is required\n"))
        }
        guard head.method == .get, head.headerFields[.secWebSocketKey]?.utf8.count == 24,
            head.headerFields[.contentLength] ?? "0" == "0", head.headerFields[.transferEncoding] == nil
        else {
            return .reject(
                status: 400, headers: [:], body: ByteBuffer(string: "the request is not a WebSocket handshake\n"))
        }
        return nil
    }

    private func finish(_ decision: UpgradeDecision, _ head: HTTPRequest, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else {
            if case .accept(let upgrade) = decision, case .tunnel(let server, _, _) = upgrade.kind {
                server.close(promise: nil)
            }
            return
        }
        switch decision {
        case .proceed: proceed(context)
        case .reject(let status, let headers, let body): reject(status, headers, body, context)
        case .accept(let upgrade): removeHTTP(context) { self.accept(upgrade, head, context) }
        }
    }

    private func proceed(_ context: ChannelHandlerContext) {
        let parts = held ?? []
        held = nil
        for part in parts { context.fireChannelRead(wrapInboundOut(part)) }
        context.fireChannelReadComplete()
        if isReadPending { context.read() }
        isReadPending = false
    }

    private func reject(_ status: Int, _ headers: HTTPFields, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        var headers = headers
        headers[.connection] = "close"
        headers[.contentLength] = String(body.readableBytes)
        context.write(
            wrapOutboundOut(.head(HTTPResponse(status: .init(code: status), headerFields: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        let ended = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: ended)
        ended.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    /// Removes the handlers of HTTP from the pipeline.
    private func removeHTTP(_ context: ChannelHandlerContext, then body: @escaping () -> Void) {
        let pipeline = context.pipeline.syncOperations
        do {
            let removals = [
                pipeline.removeHandler(try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)),
                pipeline.removeHandler(try pipeline.handler(type: HTTPResponseEncoder.self)),
                pipeline.removeHandler(try pipeline.handler(type: RequestTargetHandler.self)),
                pipeline.removeHandler(try pipeline.handler(type: StalledResponseHandler.self)),
                pipeline.removeHandler(try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)),
                pipeline.removeHandler(try pipeline.handler(type: HTTPConnectionStateHandler.self)),
            ]
            EventLoopFuture.andAllSucceed(removals, on: context.eventLoop).assumeIsolated().whenComplete { result in
                if case .success = result { body() } else { context.close(promise: nil) }
            }
        } catch {
            context.close(promise: nil)
        }
    }

    private func accept(_ upgrade: WebSocketUpgrade, _ head: HTTPRequest, _ context: ChannelHandlerContext) {
        switch upgrade.kind {
        case .messages(let configuration, let handler):
            Self.handshake(head, upgrade.subprotocol, context.channel).assumeIsolated().whenComplete { result in
                self.complete(context) {
                    self.write(try result.get(), context)
                    try self.serve(configuration, handler, context)
                }
            }
        case .tunnel(let server, let headers, let idleTimeout):
            complete(context) {
                write(headers, context)
                let (client, partner) = TunnelHandler.pair()
                try context.pipeline.syncOperations.addHandlers(
                    [IdleStateHandler(allTimeout: TimeAmount(idleTimeout)), client], position: .before(self))
                try server.pipeline.syncOperations.addHandler(partner)
                guard server.isActive else { throw ChannelError.ioOnClosedChannel }
                server.setOption(.autoRead, value: true).whenFailure { _ in server.close(promise: nil) }
            }
        }
    }

    /// Installs the handlers of the new protocol in place of this one.
    private func complete(_ context: ChannelHandlerContext, _ install: () throws -> Void) {
        do {
            try install()
            held = nil
            let channel = context.channel
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
            channel.read()
        } catch {
            context.close(promise: nil)
        }
    }

    /// The header of the response to a handshake.
    private static func handshake(
        _ head: HTTPRequest, _ subprotocol: String?, _ channel: any Channel
    ) -> EventLoopFuture<HTTPFields> {
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
        let request = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/",
            headers: [
                "Sec-WebSocket-Key": head.headerFields[.secWebSocketKey] ?? "", "Sec-WebSocket-Version": "13",
            ])
        return upgrader.buildUpgradeResponse(channel: channel, upgradeRequest: request, initialResponseHeaders: [:])
            .map { response in
                var headers: HTTPFields = [.upgrade: "websocket", .connection: "Upgrade"]
                headers[.secWebSocketAccept] = response.first(name: "Sec-WebSocket-Accept")
                headers[.secWebSocketProtocol] = subprotocol
                return headers
            }
    }

    /// Writes the header of the response as bytes, because the HTTP handlers have been removed.
    private func write(_ headers: HTTPFields, _ context: ChannelHandlerContext) {
        var text = "HTTP/1.1 101 Switching Protocols\r\n"
        for field in headers { text += "\(field.name.rawName): \(field.value)\r\n" }
        context.writeAndFlush(NIOAny(ByteBuffer(string: text + "\r\n")), promise: nil)
    }

    private func serve(
        _ configuration: WebSocketConfiguration, _ handler: @escaping @Sendable (WebSocket) async throws -> Void,
        _ context: ChannelHandlerContext
    ) throws {
        let channel = context.channel
        let box = NIOLoopBoundBox<WebSocketFrameHandler?>(nil, eventLoop: context.eventLoop)
        let delegate = WebSocket.InboundDelegate { channel.eventLoop.execute { box.value?.resume() } }
        let producer = WebSocket.Producer.makeSequence(
            elementType: WebSocketMessage.self, failureType: (any Error).self,
            backPressureStrategy: .init(lowWatermark: 2, highWatermark: 8), finishOnDeinit: false, delegate: delegate)
        let frames = WebSocketFrameHandler(configuration, source: producer.source)
        box.value = frames
        channel.closeFuture.assumeIsolated().whenComplete { _ in box.value = nil }
        // A frame may be as large as a message, so that its size is checked before it is collected.
        try context.pipeline.syncOperations.addHandlers(
            [
                ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: min(configuration.maxMessageSize, 1 << 30))),
                WebSocketFrameEncoder(), frames,
            ], position: .before(self))
        Self.start(
            handler, WebSocket(channel, inbound: producer.sequence, sendTimeout: configuration.sendTimeout),
            until: channel.closeFuture)
    }

    /// Runs a handler in a task that belongs to the connection.
    private static func start(
        _ handler: @escaping @Sendable (WebSocket) async throws -> Void, _ socket: WebSocket,
        until end: EventLoopFuture<Void>
    ) {
        let task = Task { await run(handler, socket) }
        end.whenComplete { _ in task.cancel() }
    }

    private static func run(_ handler: @Sendable (WebSocket) async throws -> Void, _ socket: WebSocket) async {
        do {
            try await handler(socket)
            await socket.close()
        } catch let error as MicroError {
            let isRefused = error.code == .permissionDenied || error.code == .unauthenticated
            await socket.close(isRefused ? .policyViolation : .internalError, reason: error.message)
        } catch {
            await socket.close(.internalError)
        }
    }
}
