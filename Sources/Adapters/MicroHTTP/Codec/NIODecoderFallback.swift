// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import NIOHTTP1

/// A part of a message from SwiftNIO's decoder.
enum HTTPPart {
    case head(HTTPHead)
    case body(ByteBuffer)
    case end
    /// The peer does not send HTTP/1.1.
    case decodingError(any Error)
}

extension ChannelPipeline.SynchronousOperations {
    /// Decodes all messages with SwiftNIO's decoder from now on.
    ///
    /// - Parameters:
    ///   - handler: The handler that has decoded so far. It gets no further bytes.
    ///   - rest: The bytes that this handler has not decoded.
    ///   - receive: Gets the parts of the messages, on the event loop.
    func addNIODecoder(
        _ kind: HTTPReader.Kind, before handler: some ChannelHandler, configuration: HTTPConfiguration,
        decoding rest: ByteBuffer, _ receive: @escaping (HTTPPart) -> Void
    ) throws {
        let limits = NIOHTTPDecoderLimitConfiguration(configuration)
        switch kind {
        case .request:
            let decoder = HTTPRequestDecoder(limitConfiguration: limits)
            let reader = HTTPPartReader { (part: HTTPServerRequestPart) in receive(HTTPPart(part)) }
            try insert(ByteToMessageHandler(decoder), reader, before: handler, rest)
        case .response:
            let decoder = HTTPResponseDecoder(limitConfiguration: limits)
            // The decoder needs the head of the request for each response.
            let request = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")
            decoder.write(data: .head(request))
            let reader = HTTPPartReader { (part: HTTPClientResponsePart) in
                if case .end = part { decoder.write(data: .head(request)) }
                receive(HTTPPart(part))
            }
            try insert(ByteToMessageHandler(decoder), reader, before: handler, rest)
        }
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

/// Passes the parts of messages to a closure.
private final class HTTPPartReader<Part: Sendable>: ChannelInboundHandler {
    typealias InboundIn = Part

    private let receive: (Part) -> Void

    init(_ receive: @escaping (Part) -> Void) { self.receive = receive }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { receive(unwrapInboundIn(data)) }
}

extension NIOHTTPDecoderLimitConfiguration {
    fileprivate init(_ configuration: HTTPConfiguration) {
        self.init()
        maxHeaderFieldSize = configuration.maxHeaderSize
        maxHeaderListSize = configuration.maxHeaderSize
        maxHeaderFieldCount = HTTPFieldWriter.maxFieldCount
    }
}

extension HTTPPart {
    fileprivate init(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): self = .head(HTTPHead(head))
        case .body(let body): self = .body(body)
        case .end: self = .end
        }
    }

    fileprivate init(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head): self = .head(HTTPHead(head))
        case .body(let body): self = .body(body)
        case .end: self = .end
        }
    }
}

extension HTTPHead {
    /// The head of a request from SwiftNIO's decoder.
    init(_ head: HTTPRequestHead) {
        (method, target) = (head.method.rawValue, head.uri)
        insert(head.headers)
        // After an upgrade, the decoder stops reading, and HTTP/1.0 has no persistent connections.
        framing.shouldCloseConnection =
            !head.isKeepAlive || head.version.minor == 0 || head.headers.contains(name: "upgrade")
        framing.expectsContinue = head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }

    /// The head of a response from SwiftNIO's decoder.
    init(_ head: HTTPResponseHead) {
        status = Int(head.status.code)
        insert(head.headers)
        // The connection of a peer that needs this decoder is not used for another call.
        framing.shouldCloseConnection = true
    }

    /// Adds fields that the decoder has checked.
    private mutating func insert(_ headers: HTTPHeaders) {
        for (name, padded) in headers {
            // The decoder leaves blanks after a value (RFC 9110, section 5.5).
            let value = padded.utf8.last?.isBlank == true ? MediaType.trimmed(padded[...]) : padded
            switch HTTPFieldName(name) {
            case nil: fields.userHeaders.add(name, value)
            case .goMicro(let name): fields.set(name, value)
            case .length: framing.length = Int(value) ?? .max
            case .encoding: framing.isChunked = true
            case .userAgent: hasUserAgent = true
            case .connection, .framing, .reserved: break
            }
        }
    }
}
