// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Micro
import MicroCore
import MicroEdge
import NIOCore

/// Opens a stream to an endpoint, and responds with its messages while they arrive: as server-sent events if the client
/// accepts them, otherwise as JSON lines.
///
/// The request has one message, as for a call. A body of JSON lines (`application/x-ndjson`) has any number, each
/// of which is sent when it arrives. A slow client applies back-pressure. The stream is cancelled when the
/// client disconnects.
struct StreamHandler: Sendable {
    /// How long the response header waits for the first message or an error, which then determines the status.
    private static let firstMessageTimeout = Duration.milliseconds(500)
    /// The interval of the heartbeats of server-sent events.
    private static let heartbeatInterval = Duration.seconds(15)
    private static let lineTypes: Set = ["application/x-ndjson", "application/ndjson", "application/jsonl"]

    let client: Client

    /// Opens the stream of a request.
    ///
    /// - Throws: ``/MicroCore/MicroError``: the error that ended the stream before its first message.
    func respond(to request: GatewayRequest) async throws -> Response {
        guard [.get, .post].contains(request.http.method) else {
            throw HTTPError(.methodNotAllowed, headers: [.allow: "GET, POST"])
        }
        let hasLines = Self.lineTypes.contains(request.mediaType)
        let message = hasLines ? nil : try await RPCHandler.message(of: request)
        var options = request.options
        options.timeout = nil
        let stream = try await client.invokeStream(
            request.target.service, request.target.endpoint, contentType: message?.contentType ?? "application/json",
            options: options)
        let reader = StreamReader(stream)
        var first = StreamReader.Next.timedOut
        if let message {
            try await Self.send(message.body, to: stream)
            // The request has no further messages: a service that reads all of them can end the stream.
            try await Self.finish(stream)
            first = try await reader.next(within: Self.firstMessageTimeout)
        }
        return Self.response(to: request, stream, reader, first: first, hasLines: hasLines)
    }

    /// Opens the stream of a request for a WebSocket. The query and the variables of the path are the first message, if there
    /// are any.
    func upgrade(_ request: GatewayRequest) async throws -> WebSocketUpgrade {
        var options = request.options
        options.timeout = nil
        let stream = try await client.invokeStream(
            request.target.service, request.target.endpoint, options: options)
        if request.context.path.query != nil || !request.variables.isEmpty {
            try await Self.send(try await RPCHandler.message(of: request).body, to: stream)
        }
        var limits = WebSocketConfiguration()
        limits.maxMessageSize = request.maxBodySize
        return WebSocketUpgrade(configuration: limits) { try await StreamSocket(stream: stream).run($0) }
    }

    private static func response(
        to request: GatewayRequest, _ stream: TransportStream, _ reader: StreamReader, first: StreamReader.Next,
        hasLines: Bool
    ) -> Response {
        let format = StreamFormat(accept: request.http.headers[.accept])
        let (incoming, maxSize, context) = (request.http.body, request.maxBodySize, request.context)
        let body = ResponseBody { writer in
            // The context counts as a running request until the stream ends.
            defer { withExtendedLifetime(context) {} }
            context.onDisconnect { stream.cancel() }
            defer { context.onDisconnect(nil) }
            async let _: Void = Self.send(hasLines ? incoming : nil, to: stream, maxSize: maxSize)
            try await Self.write(format, from: reader, first: first, to: &writer)
            try await writer.finish(nil)
        }
        // Proxies such as nginx would keep the messages back otherwise.
        var headers: HTTPFields = [.contentType: format.contentType, .cacheControl: "no-cache"]
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// Writes all messages, and how the stream has ended.
    @concurrent private static func write(
        _ format: StreamFormat, from reader: StreamReader, first: StreamReader.Next,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        var next = first
        do {
            while true {
                switch next {
                case .message(let message): try await writer.write(format.message(message))
                case .timedOut: if let heartbeat = format.heartbeat { try await writer.write(heartbeat) }
                case .end:
                    if let end = format.end { try await writer.write(end) }
                    return
                }
                next = try await reader.next(within: heartbeatInterval)
            }
        } catch let error as MicroError {
            try await writer.write(format.error(error))
        }
    }

    /// Sends the lines of a body, and ends this side of the stream; does nothing without a body.
    private static func send(_ body: RequestBody?, to stream: TransportStream, maxSize: Int) async throws {
        guard let body else { return }
        var splitter = NDJSONSplitter(maxLength: maxSize)
        do {
            for try await part in body {
                for line in try splitter.lines(adding: part) { try await send(line, to: stream) }
            }
            if let line = splitter.remainder { try await send(line, to: stream) }
            try await stream.finish()
        } catch {
            // The reader of the stream reports why it ended.
            stream.cancel()
            throw error
        }
    }

    private static func finish(_ stream: TransportStream) async throws {
        do { try await stream.finish() } catch let error as MicroError where error.code == .closed {
            // The service has ended the stream: the reader reports why.
        }
    }

    private static func send(_ message: ByteBuffer, to stream: TransportStream) async throws {
        do { try await stream.send(message) } catch let error as MicroError where error.code == .closed {
            // The service has ended the stream: the reader reports why.
        }
    }
}
