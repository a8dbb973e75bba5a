// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import NIOCore

/// Responds to requests in violation of the protocol. It parses only the boundaries and the message ID of a request.
final class HTTPBadPeerHandler: ChannelInboundHandler {
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
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
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
        case .abandonsStream:
            // A swift-micro server responds to the opening request. Unlike with go-micro v1.0, the end of the
            // connection is then not the end of the stream.
            guard !request.body.isEmpty else {
                return write("HTTP/1.1 200 OK\r\nMicro-Stream: open\r\nContent-Length: 0\r\n\r\n")
            }
            write(validResponse, thenClose: true)
        case .unknownErrorCode: write(error(#"{"id":"x","code":499,"detail":"unknown code","status":"?"}"#))
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
