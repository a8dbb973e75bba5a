// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension Microservice {
    /// Adds the handler of an endpoint that has a descriptor: see ``handle(_:mayBlock:_:)-(String,_,_)``.
    public func handle<Request: Sendable, Response: Sendable>(
        _ endpoint: EndpointDescriptor<Request, Response>, mayBlock: Bool = true,
        _ handler: @escaping @concurrent @Sendable (Request, RequestContext) async throws -> Response
    ) {
        server.handle(endpoint, mayBlock: mayBlock, handler)
    }

    /// Adds the handler of an endpoint in which both sides stream: see ``handleStream(_:mayBlock:_:)-(String,_,_)``.
    public func handleStream<Request: Sendable, Response: Sendable>(
        _ endpoint: EndpointDescriptor<Request, Response>, mayBlock: Bool = true,
        _ handler:
            @escaping @concurrent @Sendable (MessageStream<Response, Request>, RequestContext) async throws -> Void
    ) {
        server.handleStream(endpoint, mayBlock: mayBlock, handler)
    }

    /// Adds the handler of an endpoint that responds to one request with a stream of messages.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint.
    ///   - mayBlock: As in ``handle(_:mayBlock:_:)-(String,_,_)``.
    ///   - handler: Sends the responses. The stream ends when it returns; an error that it throws reaches the caller after
    ///     the messages that were sent before.
    public func handleServerStream<Request: Sendable, Response: Sendable>(
        _ endpoint: EndpointDescriptor<Request, Response>, mayBlock: Bool = true,
        _ handler:
            @escaping @concurrent @Sendable (Request, MessageWriter<Response>, RequestContext) async throws -> Void
    ) {
        handleStream(endpoint, mayBlock: mayBlock) { stream, context in
            var requests = stream.makeAsyncIterator()
            guard let request = try await requests.next() else {
                throw MicroError(
                    .invalidArgument, "the stream to \(context.endpoint) ended before its request",
                    origin: MicroError.Origin.server)
            }
            try await handler(request, stream.writer, context)
        }
    }

    /// Adds the handler of an endpoint that responds to a stream of messages with a single message.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint.
    ///   - mayBlock: As in ``handle(_:mayBlock:_:)-(String,_,_)``.
    ///   - handler: Reads the requests and returns the response. It may return before the end of the requests.
    public func handleClientStream<Request: Sendable, Response: Sendable>(
        _ endpoint: EndpointDescriptor<Request, Response>, mayBlock: Bool = true,
        _ handler: @escaping @concurrent @Sendable (MessageReader<Request>, RequestContext) async throws -> Response
    ) {
        handleStream(endpoint, mayBlock: mayBlock) { stream, context in
            try await stream.send(handler(stream.reader, context))
        }
    }
}
