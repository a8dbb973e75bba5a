// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore

/// One endpoint of a server: how it is described, and how it is run for each media type it can read and write.
final class EndpointHandler: Sendable {
    typealias EncodedRequestHandler = @Sendable (ByteBuffer, RequestContext) async throws -> TransportResponse
    typealias EncodedStreamHandler = @Sendable (TransportStream, RequestContext) async throws -> Void

    let endpoint: Endpoint
    /// Names the endpoint; made once, for it is needed with every request.
    let logger: Logger
    let statistics = EndpointStatistics()
    let metrics: CallMetrics
    /// By media type; empty for an endpoint that is called by stream.
    let handlersByContentType: [String: EncodedRequestHandler]
    /// By media type; empty for an endpoint that is called with one message.
    let streamHandlersByContentType: [String: EncodedStreamHandler]
    /// Whether every service has it, so that it is not in the registry.
    let isBuiltIn: Bool

    init<Request: Sendable, Response: Sendable>(
        name: String, of service: ServerIdentity, codecs: Codecs, execution: HandlerExecution, isBuiltIn: Bool = false,
        body: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Response
    ) {
        logger = service.logger(of: name)
        metrics = CallMetrics(.server, service.name, name)
        endpoint = Endpoint(
            name: name, request: ValueShape(of: Request.self), response: ValueShape(of: Response.self),
            metadata: ["stream": "false"])
        self.isBuiltIn = isBuiltIn
        streamHandlersByContentType = [:]
        let encoders = codecs.encoders(for: Response.self)
        guard let first = encoders.first else {
            handlersByContentType = [:]
            return
        }
        var handlersByContentType: [String: EncodedRequestHandler] = [:]
        for (contentType, decode) in codecs.decoders(for: Request.self) {
            // In the caller's own media type if that can be: it may read no other.
            let (responseContentType, encode) = encoders.first { $0.contentType == contentType } ?? first
            handlersByContentType[contentType] = { buffer, context in
                let request = try Self.decoded { try decode(buffer) }
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

    init<Incoming: Sendable, Outgoing: Sendable>(
        name: String, of service: ServerIdentity, codecs: Codecs, execution: HandlerExecution,
        streamBody:
            @escaping @concurrent @Sendable (MessageStream<Outgoing, Incoming>, RequestContext) async throws -> Void
    ) {
        logger = service.logger(of: name)
        metrics = CallMetrics(.server, service.name, name)
        endpoint = Endpoint(
            name: name, request: ValueShape(of: Incoming.self), response: ValueShape(of: Outgoing.self),
            metadata: ["stream": "true"])
        isBuiltIn = false
        handlersByContentType = [:]
        var streamHandlersByContentType: [String: EncodedStreamHandler] = [:]
        for codec in codecs.all {
            guard let decode = codec.decoder(for: Incoming.self), let encode = codec.encoder(for: Outgoing.self) else {
                continue
            }
            let run: EncodedStreamHandler = { stream, context in
                let messages = MessageStream<Outgoing, Incoming>(
                    stream, encode: { try Self.encoded($0, by: encode) },
                    decode: { message in try Self.decoded { try decode(message) } })
                try await Self.invokeHandler(context, service, execution) { try await streamBody(messages, context) }
            }
            for contentType in codec.contentTypes where streamHandlersByContentType[contentType] == nil {
                streamHandlersByContentType[contentType] = run
            }
        }
        self.streamHandlersByContentType = streamHandlersByContentType
    }

    /// Whether any codec knows its types.
    var hasCodec: Bool { !handlersByContentType.isEmpty || !streamHandlersByContentType.isEmpty }

    private static func encoded<Value>(
        _ value: Value, by encode: (Value, inout ByteBuffer) throws -> Void
    ) throws -> ByteBuffer {
        var message = ByteBuffer()
        try encode(value, &message)
        return message
    }

    /// What a codec cannot read is the caller's fault, whatever it throws.
    private static func decoded<Request>(_ decode: () throws -> Request) throws -> Request {
        do { return try decode() } catch {
            let text = (error as? MicroError)?.message ?? "the message is not a \(Request.self)"
            throw MicroError(.invalidArgument, text, origin: MicroError.Origin.server, cause: error)
        }
    }

    /// An error that a handler passes on from a call of its own is its own towards the caller, who would take the
    /// toolkit's origins for a refusal of the call that failed.
    private static func invokeHandler<Response: Sendable>(
        _ context: RequestContext, _ service: ServerIdentity, _ execution: HandlerExecution,
        _ body: @Sendable () async throws -> Response
    ) async throws -> Response {
        let inherited = InheritedCallContext(
            deadline: context.deadline, headers: service.forwarded(of: context.headers))
        do {
            return try await InheritedCallContext.$current.withValue(inherited) { try await execution.run(body) }
        } catch var error as MicroError where MicroError.Origin.isToolkit(error.origin) {
            error.origin = context.service
            throw error
        }
    }
}
