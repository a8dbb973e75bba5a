// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// The state of a stream on a client's connection.
final class HTTPClientStream {
    let pipe: HTTPStreamPipe
    let request: HTTPStreamRequest
    /// Whether this side has ended.
    var hasFinished = false
    /// Whether the server's side has ended.
    var hasPeerFinished = false
    /// Whether the buffer of received messages is full.
    var isPaused = false

    init(_ pipe: HTTPStreamPipe, _ request: HTTPStreamRequest) {
        self.pipe = pipe
        self.request = request
    }
}

extension HTTPClientHandler {
    /// Opens a stream on this connection, which carries nothing else.
    ///
    /// - Returns: Nil if the connection has closed.
    func open(_ request: HTTPStreamRequest) -> TransportStream? {
        guard let context, context.channel.isActive, case .idle = usage else { return nil }
        let (stream, pipe) = HTTPStreamPipe.make(on: self, context.eventLoop, maxBodySize: configuration.maxBodySize)
        usage = .stream(HTTPClientStream(pipe, request))
        // The first request opens the stream; its body is dropped.
        write(ByteBuffer())
        context.eventLoop.assumeIsolated().scheduleTask(in: request.request.deadline.remainingTime) { [weak self] in
            self?.expireStream()
        }
        return stream
    }

    func receive(_ head: HTTPHead, _ body: ByteBuffer, on stream: HTTPClientStream) {
        if head.fields.error == GoMicroHeaders.endOfStream {
            stream.pipe.source.finish()
            // The server may still read. It closes the connection when its handler has returned.
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

    /// Both sides have ended the stream.
    func finish(_ stream: HTTPClientStream) {
        usage = .ended
        stream.pipe.handlePeerEnd()
        close()
    }

    func end(_ stream: HTTPClientStream, _ error: any Error) {
        usage = .ended
        stream.pipe.end(error)
        close()
    }

    private func expireStream() {
        guard case .stream(let stream) = usage else { return }
        end(stream, MicroError.deadlineExceeded(stream.request.request, at: address, wasSent: true))
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
        guard case .stream(let stream) = usage, let context else { return }
        write(stream.request.encodeEnd(), nil, context)
        stream.hasFinished = true
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
