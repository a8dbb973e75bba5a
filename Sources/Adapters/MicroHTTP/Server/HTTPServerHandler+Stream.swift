// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

extension HTTPServerHandler: HTTPStreamConnection {
    /// - Parameter envelope: The envelope of the opening request in the protocol before v1.0.
    func open(
        _ call: InFlightRequest, _ envelope: LegacyRPCEnvelope?, _ handler: @escaping TransportStreamHandler,
        _ context: ChannelHandlerContext
    ) {
        // The body of the opening request is not a message.
        var request = envelope?.openingRequest ?? call.request
        request.body = ByteBuffer()
        let isSwiftMicroPeer = call.statedKind == .stream
        // Go sends `Timeout: 5000000000` with its streams, but does not end them when it expires.
        if !isSwiftMicroPeer { request.deadline = .now + .seconds(365 * 24 * 60 * 60) }
        let (stream, pipe) = HTTPStreamPipe.make(
            on: self, context.eventLoop, maxBodySize: configuration.maxBodySize)
        let serverStream = HTTPServerStream(
            pipe, request, contentType: call.request.contentType, envelope, isSwiftMicroPeer: isSwiftMicroPeer)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let boundStream = NIOLoopBound(serverStream, eventLoop: context.eventLoop)
        let requestExecutor = connections.requestExecutor
        begin(.streaming(serverStream))
        if isSwiftMicroPeer { send(serverStream.opened, isLast: false, context) }
        serverStream.task = loop.executor.run { [request] in
            let error = await requestExecutor.executeStream(stream, request, handler)
            boundStream.value.hasHandlerReturned = true
            bound.value.endStream(error)
            // Releasing the stream before its end would cancel it.
            withExtendedLifetime(stream) {}
        }
    }

    /// The client has closed its sending side, or the whole connection.
    func inputDidClose(_ stream: HTTPServerStream, _ context: ChannelHandlerContext) {
        // A swift-micro client sends an end first, and closes when both sides have ended.
        guard !stream.isSwiftMicroPeer else { return terminate() }
        // Messages that wait for the handler must be delivered before the end.
        guard !stream.isPaused else { return }
        guard decoder?.hasBufferedInput == false else { return terminate() }
        stream.handleClientEnd(gracePeriod: configuration.streamEndTimeout.timeAmount, on: context.eventLoop)
    }

    /// The handler has returned or cancelled the stream.
    private func endStream(_ error: MicroError?) {
        guard case .streaming(let stream) = state, let context else { return }
        stream.pipe.endSending(HTTPStreamPipe.finishedError)
        end()
        if let error {
            send(stream.response(error), isLast: true, context)
        } else if !stream.hasFinished {
            send(stream.end, isLast: true, context)
        }
        linger(context)
    }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    func write(_ message: ByteBuffer) {
        guard case .streaming(let stream) = state, let context else { return }
        send(stream.response(message), isLast: false, context)
        // With TLS, bytes that are not flushed do not count as buffered: the channel would always be writable.
        flush(context)
    }

    func writeEnd() {
        guard case .streaming(let stream) = state, let context else { return }
        stream.hasFinished = true
        send(stream.end, isLast: false, context)
    }

    func resume() {
        guard case .streaming(let stream) = state, stream.isPaused, let context else { return }
        stream.isPaused = false
        processNextRequests(context)
        if isInputClosed { inputDidClose(stream, context) }
    }

    func abort() {
        endStream(MicroError(.unavailable, "the service cancelled the stream", origin: MicroError.Origin.server))
    }
}
