// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore

/// A handler of one endpoint: the endpoint's description, and the handler for each media type that it can decode and encode.
final class EndpointHandler: Sendable {
    typealias EncodedRequestHandler = @Sendable (ByteBuffer, RequestContext) async throws -> TransportResponse
    typealias EncodedStreamHandler = @Sendable (TransportStream, RequestContext) async throws -> Void

    let endpoint: Endpoint
    /// Created once, because every request needs it.
    let logger: Logger
    let statistics = EndpointStatistics()
    let metrics: CallMetrics
    /// By media type; empty for an endpoint that is called by stream.
    let handlersByContentType: [String: EncodedRequestHandler]
    /// By media type; empty for an endpoint that is called with one message.
    let streamHandlersByContentType: [String: EncodedStreamHandler]
    /// Whether every service has the endpoint, so that the registry does not list it.
    let isBuiltIn: Bool

    /// Creates a handler of an endpoint that is called with one message.
    init<Request: Sendable, Response: Sendable>(
        name: String, of service: ServerIdentity, execution: HandlerExecution, isBuiltIn: Bool = false,
        body: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Response
    ) {
        logger = service.logger("endpoint", name)
        metrics = CallMetrics(.server, service.name, name)
        endpoint = Endpoint(
            name: name, request: ValueShape(of: Request.self), response: ValueShape(of: Response.self),
            metadata: ["stream": "false"])
        self.isBuiltIn = isBuiltIn
        streamHandlersByContentType = [:]
        let encoders = service.codecs.encoders(for: Response.self)
        guard let first = encoders.first else {
            handlersByContentType = [:]
            return
        }
        var handlersByContentType: [String: EncodedRequestHandler] = [:]
        for (contentType, decode) in service.codecs.decoders(for: Request.self) {
            // The caller's media type if possible: it may decode no other.
            let (responseContentType, encode) = encoders.first { $0.contentType == contentType } ?? first
            handlersByContentType[contentType] = { buffer, context in
                let request = try Codecs.decodeFromPeer(Request.self, "message") { try decode(buffer) }
                let response = try await Self.invokeHandler(context, service, execution) {
                    try await body(request, context)
                }
                var transportResponse = TransportResponse(contentType: responseContentType)
                try encode(response, &transportResponse.body)
                return transportResponse
            }
        }
        self.handlersByContentType = handlersByContentType
    }

    /// Creates a handler of an endpoint that is called by stream.
    init<Incoming: Sendable, Outgoing: Sendable>(
        name: String, of service: ServerIdentity, execution: HandlerExecution,
        streamBody:
            @escaping @concurrent @Sendable (MessageStream<Outgoing, Incoming>, RequestContext) async throws -> Void
    ) {
        logger = service.logger("endpoint", name)
        metrics = CallMetrics(.server, service.name, name)
        endpoint = Endpoint(
            name: name, request: ValueShape(of: Incoming.self), response: ValueShape(of: Outgoing.self),
            metadata: ["stream": "true"])
        isBuiltIn = false
        handlersByContentType = [:]
        var streamHandlersByContentType: [String: EncodedStreamHandler] = [:]
        for codec in service.codecs.all {
            guard let decode = codec.decoder(for: Incoming.self), let encode = codec.encoder(for: Outgoing.self) else {
                continue
            }
            let handler: EncodedStreamHandler = { stream, context in
                let messages = MessageStream<Outgoing, Incoming>(
                    stream, encode: { try Self.encoded($0, by: encode) },
                    decode: { message in
                        try Codecs.decodeFromPeer(Incoming.self, "message") { try decode(message) }
                    })
                try await Self.invokeHandler(context, service, execution) { try await streamBody(messages, context) }
            }
            for contentType in codec.contentTypes where streamHandlersByContentType[contentType] == nil {
                streamHandlersByContentType[contentType] = handler
            }
        }
        self.streamHandlersByContentType = streamHandlersByContentType
    }

    /// Creates a handler of a built-in endpoint that ignores the request, with a response for each media type.
    init(
        builtIn name: String, of service: ServerIdentity,
        responsesByContentType: [String: @Sendable () -> ByteBuffer]
    ) {
        logger = service.logger("endpoint", name)
        metrics = CallMetrics(.server, service.name, name)
        endpoint = Endpoint(name: name, metadata: ["stream": "false"])
        isBuiltIn = true
        streamHandlersByContentType = [:]
        var handlers: [String: EncodedRequestHandler] = [:]
        for (contentType, response) in responsesByContentType {
            handlers[contentType] = { _, _ in TransportResponse(contentType: contentType, body: response()) }
        }
        handlersByContentType = handlers
    }

    /// Whether a codec supports the types of the endpoint.
    var hasCodec: Bool { !handlersByContentType.isEmpty || !streamHandlersByContentType.isEmpty }

    private static func encoded<Value>(
        _ value: Value, by encode: (Value, inout ByteBuffer) throws -> Void
    ) throws -> ByteBuffer {
        var message = ByteBuffer()
        try encode(value, &message)
        return message
    }

    /// Runs the handler with the call context that its own calls inherit.
    ///
    /// An error of such a call that the handler passes on gets the service's origin: with an origin of the toolkit the
    /// caller would take it for a refusal of its own call.
    private static func invokeHandler<Response: Sendable>(
        _ context: RequestContext, _ service: ServerIdentity, _ execution: HandlerExecution,
        _ body: @Sendable () async throws -> Response
    ) async throws -> Response {
        let inherited = InheritedCallContext(
            deadline: context.deadline, requestHeaders: context.headers, forwarding: service.forwardedHeaders)
        do {
            return try await InheritedCallContext.$current.withValue(inherited) { try await execution.run(body) }
        } catch var error as MicroError where MicroError.Origin.isToolkit(error.origin) {
            error.origin = context.service
            throw error
        }
    }
}
