// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Handles absolute-form targets, and `close` among other `Connection` options, for the HTTP/1.1 library. Runs on the
/// event loop of its channel.
final class RequestTargetHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Whether the connection is closed after the response: after `Upgrade`, because the parser stops reading, and
    /// if `close` is one of several options in `Connection`, which the library ignores.
    private var isLastRequest = false

    /// Adds the handler in front of the library's one, if the connection is one of HTTP/1.1.
    static func install(in pipeline: ChannelPipeline.SynchronousOperations) {
        guard let codec = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self) else { return }
        // The position exists, because the other handler does.
        try? pipeline.addHandler(RequestTargetHandler(), position: .before(codec))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        let options = head.headers[canonicalForm: "Connection"].map { $0.lowercased() }
        isLastRequest =
            head.headers.contains(name: "Upgrade")
            || (options.contains("close") && head.headers["Connection"] != ["close"])
        // The host of a target in absolute form replaces the Host field (RFC 9112, section 3.2.2). One that is not of HTTP has
        // none, and is rejected later.
        if !head.uri.hasPrefix("/"), head.headers["Host"].count == 1, let start = head.uri.firstRange(of: "://") {
            let isHTTP = ["http", "https"].contains(head.uri[..<start.lowerBound].lowercased())
            let host = head.uri[start.upperBound...].prefix { !"/?#".contains($0) }
            head.headers.replaceOrAdd(name: "Host", value: isHTTP ? String(host) : "")
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isLastRequest else { return context.write(data, promise: promise) }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            context.writeAndFlush(data, promise: written)
            written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        }
    }
}
