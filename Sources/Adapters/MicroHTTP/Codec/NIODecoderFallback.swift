// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Hands what SwiftNIO's codec has read to the handler behind it.
private final class HTTPPartReader<Part: Sendable>: ChannelInboundHandler {
    typealias InboundIn = Part

    private let read: (Part) -> Void

    init(_ read: @escaping (Part) -> Void) { self.read = read }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { read(unwrapInboundIn(data)) }
}

/// SwiftNIO's codec, for what ``HTTPReader`` leaves to it.
extension ChannelPipeline.SynchronousOperations {
    /// Reads requests from now on, beginning with what has come already.
    ///
    /// - Parameters:
    ///   - handler: The one that has read so far.
    ///   - rest: What it has not read.
    ///   - read: Gets the parts of the requests.
    func readRequests(
        before handler: HTTPServerHandler, _ rest: ByteBuffer, _ read: @escaping (HTTPServerRequestPart) -> Void
    ) throws {
        let decoder = HTTPRequestDecoder(limitConfiguration: .init(handler.configuration))
        try insert(ByteToMessageHandler(decoder), HTTPPartReader(read), before: handler, rest)
    }

    /// Reads the response to one request from now on, beginning with what has come already.
    func readResponse(
        before handler: HTTPClientHandler, _ rest: ByteBuffer, _ read: @escaping (HTTPClientResponsePart) -> Void
    ) throws {
        let decoder = HTTPResponseDecoder(limitConfiguration: .init(handler.configuration))
        // It asks which request is answered.
        decoder.write(data: .head(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")))
        try insert(ByteToMessageHandler(decoder), HTTPPartReader(read), before: handler, rest)
    }

    private func insert(
        _ decoder: ByteToMessageHandler<some ByteToMessageDecoder>, _ reader: some ChannelHandler,
        before handler: some ChannelHandler, _ rest: ByteBuffer
    ) throws {
        try addHandlers([decoder, reader], position: .before(handler))
        guard rest.readableBytes > 0 else { return }
        try decoder.channelRead(context: context(handler: decoder), data: NIOAny(rest))
    }
}

extension NIOHTTPDecoderLimitConfiguration {
    fileprivate init(_ configuration: HTTPConfiguration) {
        self.init()
        maxHeaderFieldSize = configuration.maxHeaderSize
        maxHeaderListSize = configuration.maxHeaderSize
        maxHeaderFieldCount = HTTPMessageEncoding.maxFieldCount
    }
}
