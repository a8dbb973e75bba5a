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
    /// By media type; empty for a streaming endpoint.
    let handlersByContentType: [String: EncodedRequestHandler]
    /// By media type; empty for an endpoint that is called with one message.
    let streamHandlersByContentType: [String: EncodedStreamHandler]
    /// Whether every service has the endpoint, so that the registry does not list it.
    let isBuiltIn: Bool

    /// Creates a handler of an endpoint that is called with one message.
    convenience init<Request: Sendable, Response: Sendable>(
        _ descriptor: EndpointDescriptor<Request, Response>, of service: ServerIdentity, execution: HandlerExecution,
        isBuiltIn: Bool = false,
        body: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Response
    ) {
        self.init(
            descriptor, of: service, execution: execution, isBuiltIn: isBuiltIn, body: body,
            split: { (response: Response) in (response, [:]) })
    }

    /// Creates a handler of an endpoint that is called with one message.
    ///
    /// - Parameter split: Returns the response and its headers from a result of the body.
    init<Request: Sendable, Result: Sendable, Response: Sendable>(
        _ descriptor: EndpointDescriptor<Request, Response>, of service: ServerIdentity, execution: HandlerExecution,
        isBuiltIn: Bool = false,
        body: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Result,
        split: @escaping @Sendable (Result) -> (response: Response, headers: Headers)
    ) {
        logger = service.logger("endpoint", descriptor.name)
        metrics = CallMetrics(.server, service.name, descriptor.name)
        endpoint = Self.endpoint(descriptor.endpoint, isStream: false)
        self.isBuiltIn = isBuiltIn
        streamHandlersByContentType = [:]
        let codecs = service.codecs.extended(by: descriptor.codecs)
        let encoders = codecs.encoders(for: Response.self)
        guard let first = encoders.first else {
            handlersByContentType = [:]
            return
        }
        var handlersByContentType: [String: EncodedRequestHandler] = [:]
        for (contentType, decode) in codecs.decoders(for: Request.self) {
            // Prefer the caller's media type: the caller may not be able to decode another one.
            let (responseContentType, encode) = encoders.first { $0.contentType == contentType } ?? first
            handlersByContentType[contentType] = { buffer, context in
                let request = try Codecs.decodeFromPeer(Request.self, "message") { try decode(buffer) }
                let result = try await Self.invokeHandler(context, service, execution) {
                    try await body(request, context)
                }
                let (response, headers) = split(result)
                var transportResponse = TransportResponse(contentType: responseContentType, headers: headers)
                try encode(response, &transportResponse.body)
                return transportResponse
            }
        }
        self.handlersByContentType = handlersByContentType
    }

    /// Creates a handler of a streaming endpoint.
    init<Incoming: Sendable, Outgoing: Sendable>(
        _ descriptor: EndpointDescriptor<Incoming, Outgoing>, of service: ServerIdentity, execution: HandlerExecution,
        streamBody:
            @escaping @concurrent @Sendable (MessageStream<Outgoing, Incoming>, RequestContext) async throws -> Void
    ) {
        logger = service.logger("endpoint", descriptor.name)
        metrics = CallMetrics(.server, service.name, descriptor.name)
        endpoint = Self.endpoint(descriptor.endpoint, isStream: true)
        isBuiltIn = false
        handlersByContentType = [:]
        var streamHandlersByContentType: [String: EncodedStreamHandler] = [:]
        for codec in service.codecs.extended(by: descriptor.codecs).all {
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
        responsesByContentType: [String: @Sendable (RequestContext) async throws -> ByteBuffer]
    ) {
        logger = service.logger("endpoint", name)
        metrics = CallMetrics(.server, service.name, name)
        endpoint = Self.endpoint(Endpoint(name: name), isStream: false)
        isBuiltIn = true
        streamHandlersByContentType = [:]
        var handlers: [String: EncodedRequestHandler] = [:]
        for (contentType, response) in responsesByContentType {
            handlers[contentType] = { TransportResponse(contentType: contentType, body: try await response($1)) }
        }
        handlersByContentType = handlers
    }

    /// The endpoint as the registry lists it, with go-micro's metadata `stream`.
    private static func endpoint(_ endpoint: Endpoint, isStream: Bool) -> Endpoint {
        var endpoint = endpoint
        endpoint.metadata["stream"] = isStream ? "true" : "false"
        return endpoint
    }

    /// Whether it is a built-in endpoint for the probes of an orchestrator.
    var isProbe: Bool {
        isBuiltIn && (endpoint.name == DebugEndpoints.live || endpoint.name == DebugEndpoints.ready)
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
    /// If the handler rethrows the error of such a call, its origin becomes the service: with a toolkit origin, the
    /// caller would treat it as a refusal of its own call.
    private static func invokeHandler<Response: Sendable>(
        _ context: RequestContext, _ service: ServerIdentity, _ execution: HandlerExecution,
        _ body: @Sendable () async throws -> Response
    ) async throws -> Response {
        let inherited = InheritedCallContext(
            deadline: context.monotonicDeadline, requestHeaders: context.headers, forwarding: service.forwardedHeaders)
        do {
            return try await InheritedCallContext.$current.withValue(inherited) { try await execution.run(body) }
        } catch let error as MicroError where MicroError.Origin.isToolkit(error.origin) {
            throw error.rethrown(by: context.service)
        }
    }
}

extension MicroError {
    /// The error of a call that a service has made, as an error of that service.
    func rethrown(by service: String) -> MicroError {
        var error = self
        // A service or endpoint that the service calls is missing. With `notFound`, the object of the caller's own
        // request would seem to be missing.
        if code == .notFound { error.code = .unavailable }
        error.origin = service
        return error
    }
}
