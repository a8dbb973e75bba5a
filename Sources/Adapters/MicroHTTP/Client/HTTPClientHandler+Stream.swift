// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

extension HTTPClientHandler {
    /// How long a client that has ended its side waits for the first response, which determines how to send the end.
    private static let peerDetectionTimeout = Duration.seconds(1)

    /// Opens a stream on this connection, which is not used for anything else.
    ///
    /// - Returns: Nil if the connection has closed.
    func open(_ request: HTTPStreamRequest) -> TransportStream? {
        guard let context, context.channel.isActive, case .idle = usage else { return nil }
        let (stream, pipe) = HTTPStreamPipe.make(on: self, context.eventLoop, maxBodySize: configuration.maxBodySize)
        let clientStream = HTTPClientStream(pipe, request)
        usage = .stream(clientStream)
        // Before the write, which can end the stream.
        clientStream.timer = context.eventLoop.assumeIsolated().scheduleTask(
            in: request.request.deadline.remainingTime
        ) { [weak self] () -> Void in
            self?.expireStream()
        }
        // The first request opens the stream; its body is not a message.
        write(request.request.body)
        return stream
    }

    func receive(_ head: HTTPHead, _ body: ByteBuffer, on stream: HTTPClientStream) {
        if stream.peer == .unknown {
            let isSwiftMicro = head.fields.stream == HTTPStreamOpening.headerValue
            stream.peer = isSwiftMicro ? .swiftMicro : .goMicro
            if stream.hasFinished { sendEnd(of: stream) }
            if isSwiftMicro { return }
        }
        if stream.lastActivityAfterEnd != nil { stream.lastActivityAfterEnd = .now }
        if head.fields.error == GoMicroHeaders.endOfStream {
            stream.pipe.source.finish()
            // The server may still be reading. It closes the connection when its handler has returned.
            stream.hasPeerFinished = true
            return stream.hasFinished ? finish(stream) : ()
        }
        do {
            let message = try pool.wireFormat.readResponse(
                head, body: body, from: address, service: stream.request.request.service)
            stream.isPaused = !stream.pipe.source.yield(message.body)
        } catch {
            end(stream, error)
        }
    }

    /// Sends the end of this side: to swift-micro as a message, to go-micro by closing the output, which
    /// every version supports; versions before v1.9 would read the message as an empty one.
    private func sendEnd(of stream: HTTPClientStream) {
        stream.lastActivityAfterEnd = .now
        switch stream.peer {
        case .swiftMicro: if let context { write(stream.request.encodeEnd(), nil, context) }
        case .goMicro: closeOutput()
        case .unknown: break
        }
    }

    /// Both sides have ended the stream.
    func finish(_ stream: HTTPClientStream) {
        usage = .ended
        stream.timer?.cancel()
        stream.pipe.source.finish()
        stream.pipe.handlePeerEnd()
        close()
    }

    func end(_ stream: HTTPClientStream, _ error: any Error) {
        usage = .ended
        stream.timer?.cancel()
        stream.pipe.end(error)
        close()
    }

    private func expireStream() {
        guard case .stream(let stream) = usage else { return }
        end(stream, MicroError.deadlineExceeded(stream.request.request, at: address, wasSent: true))
    }

    /// Enforces the timeouts that start when this side has finished.
    func check(_ stream: HTTPClientStream, _ now: ContinuousClock.Instant) {
        guard let lastActivity = stream.lastActivityAfterEnd else { return }
        switch stream.peer {
        case .unknown where now - lastActivity >= Self.peerDetectionTimeout:
            stream.peer = .goMicro
            sendEnd(of: stream)
        case .goMicro where now - lastActivity >= configuration.streamEndTimeout:
            end(
                stream,
                MicroError(
                    .deadlineExceeded,
                    "\(address) did not end the stream within \(configuration.streamEndTimeout) after its client did",
                    origin: MicroError.Origin.transport))
        case .unknown, .goMicro, .swiftMicro: break
        }
    }
}

extension HTTPClientHandler: HTTPStreamConnection {
    var isWritable: Bool { context?.channel.isWritable ?? true }

    func write(_ message: ByteBuffer) {
        guard case .stream(let stream) = usage, let context else { return }
        let (head, body) = stream.request.encode(message)
        write(head, body, context)
    }

    func writeEnd() {
        guard case .stream(let stream) = usage else { return }
        stream.hasFinished = true
        sendEnd(of: stream)
        if stream.hasPeerFinished { finish(stream) }
    }

    func resume() {
        guard case .stream(let stream) = usage, stream.isPaused else { return }
        stream.isPaused = false
        decoder?.resume()
    }

    func abort() {
        guard case .stream(let stream) = usage else { return }
        end(stream, CancellationError())
    }
}
