// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension HTTPServerHandler: HTTPStreamConnection {
    func open(_ call: InFlightRequest, _ handler: @escaping TransportStreamHandler, _ context: ChannelHandlerContext) {
        var request = call.request
        request.body = ByteBuffer()
        // The default timeout of calls would end every stream.
        if !call.hasTimeout { request.deadline = .now + .seconds(365 * 24 * 60 * 60) }
        let (stream, pipe) = HTTPStreamPipe.make(
            on: self, context.eventLoop, maxBodySize: configuration.maxBodySize)
        let serverStream = HTTPServerStream(pipe, request)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let requestExecutor = connections.requestExecutor
        begin(.streaming(serverStream))
        serverStream.task = loop.executor.run { [request] in
            let error = await requestExecutor.executeStream(stream, request, handler)
            bound.value.endStream(error)
            // Releasing it before its end would cancel it.
            withExtendedLifetime(stream) {}
        }
    }

    /// The handler has returned or cancelled the stream.
    private func endStream(_ error: MicroError?) {
        guard case .streaming(let stream) = state, let context else { return }
        stream.pipe.endSending(HTTPStreamPipe.finishedError)
        end()
        if let error {
            send(
                connections.requestExecutor.errorResponse(error, to: stream.request, id: nil), isLast: true, context)
        } else if !stream.hasFinished {
            send(HTTPServerResponse(endOf: stream.request.contentType), isLast: true, context)
        }
        linger(context)
    }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    func write(_ message: ByteBuffer) {
        guard case .streaming(let stream) = state, let context else { return }
        send(HTTPServerResponse(message: message, contentType: stream.request.contentType), isLast: false, context)
        // With TLS bytes that are not flushed do not count as buffered: the channel would always be writable.
        flush(context)
    }

    func writeEnd() {
        guard case .streaming(let stream) = state, let context else { return }
        stream.hasFinished = true
        send(HTTPServerResponse(endOf: stream.request.contentType), isLast: false, context)
    }

    func resume() {
        guard case .streaming(let stream) = state, stream.isPaused, let context else { return }
        stream.isPaused = false
        processNextRequests(context)
    }

    func abort() {
        endStream(MicroError(.unavailable, "the service cancelled the stream", origin: MicroError.Origin.server))
    }
}
