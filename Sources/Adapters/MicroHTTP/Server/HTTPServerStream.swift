// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// The state of a stream on a server's connection, and the responses that the server sends in it.
final class HTTPServerStream {
    let pipe: HTTPStreamPipe
    let request: TransportRequest
    /// Whether the peer is swift-micro: it states the kind of its requests, marks its end, and expects its timeout to
    /// be enforced.
    let isSwiftMicroPeer: Bool
    var task: HTTPLoopTask?
    /// Whether the handler has returned. The task may then run the handler of another request.
    var hasHandlerReturned = false
    /// Whether the buffer of received messages is full.
    var isPaused = false
    /// Whether the handler has ended its side.
    var hasFinished = false
    /// Whether a go-micro client has closed the connection.
    private var hasClientEnded = false
    /// The media type of the responses.
    private let contentType: String
    /// The envelope of the opening request in the protocol before v1.0.
    private let envelope: LegacyRPCEnvelope?
    /// The error of the message that is being received.
    private var error: String?

    /// - Parameter contentType: The media type of the opening request; in the protocol before v1.0, the media type of
    ///   the envelopes.
    init(
        _ pipe: HTTPStreamPipe, _ request: TransportRequest, contentType: String, _ envelope: LegacyRPCEnvelope?,
        isSwiftMicroPeer: Bool
    ) {
        self.pipe = pipe
        self.request = request
        self.contentType = contentType
        self.envelope = envelope
        self.isSwiftMicroPeer = isSwiftMicroPeer
    }

    // MARK: - Received messages

    func receiveHead(_ head: HTTPHead) { error = head.fields.error.flatMap { $0.isEmpty ? nil : $0 } }

    func receiveEnd(_ body: ByteBuffer) {
        do {
            let content = try envelope?.read(body)
            switch error ?? content?.error {
            case GoMicroHeaders.endOfStream?: pipe.source.finish()
            case let error?:
                pipe.source.finish(throwing: MicroError(wireText: error, origin: MicroError.Origin.client))
            case nil: isPaused = !pipe.source.yield(content?.message ?? body)
            }
        } catch {
            pipe.source.finish(throwing: error)
        }
    }

    /// The client has ended its side by closing the connection, as go-micro's clients do. The handler may still finish
    /// its work within the grace period.
    func handleClientEnd(gracePeriod: TimeAmount, on eventLoop: any EventLoop) {
        guard !hasClientEnded else { return }
        hasClientEnded = true
        pipe.source.finish()
        eventLoop.assumeIsolated().scheduleTask(in: gracePeriod) {
            if !self.hasHandlerReturned { self.task?.cancel() }
        }
    }

    /// Handles the end of the connection, which is a failure before the end of the client's side.
    func handleConnectionLost() { hasClientEnded ? pipe.endSending(Self.connectionLost) : terminate() }

    /// The stream has failed: the caller has disconnected, or the service is terminated.
    func terminate() {
        pipe.end(Self.connectionLost)
        task?.cancel()
    }

    private static let connectionLost = MicroError(
        .unavailable, "the stream's connection was lost", origin: MicroError.Origin.transport)

    // MARK: - Responses

    /// Identifies this server as swift-micro to a swift-micro client. go-micro's clients would read it as a message.
    var opened: HTTPServerResponse { HTTPServerResponse(openingOf: contentType) }

    func response(_ message: ByteBuffer) -> HTTPServerResponse {
        HTTPServerResponse(message: envelope?.wrapped(message) ?? message, contentType: contentType)
    }

    func response(_ error: MicroError) -> HTTPServerResponse {
        if let envelope { return enveloped(error.wireText, envelope) }
        return HTTPServerResponse(error, contentType: contentType, id: nil)
    }

    var end: HTTPServerResponse {
        if let envelope { return enveloped(GoMicroHeaders.endOfStream, envelope) }
        return HTTPServerResponse(endOf: contentType)
    }

    private func enveloped(_ error: String, _ envelope: LegacyRPCEnvelope) -> HTTPServerResponse {
        HTTPServerResponse(message: envelope.wrapped(error: error), contentType: contentType)
    }
}
