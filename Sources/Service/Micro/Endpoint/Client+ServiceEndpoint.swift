// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

// Calls of endpoints whose descriptor names the service.
extension Client {
    /// Calls an endpoint whose descriptor names the service.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint.
    ///   - request: The message.
    ///   - options: Options of this call.
    /// - Throws: As ``call(_:_:_:options:returning:)``; `invalidArgument` if the descriptor has no service.
    public func call<Request: Sendable, Response: Sendable>(
        _ endpoint: EndpointDescriptor<Request, Response>, _ request: Request, options: CallOptions = .init()
    ) async throws -> Response {
        try await call(endpoint.requiredService, endpoint, request, options: options)
    }

    /// Opens a stream to an endpoint whose descriptor names the service.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint.
    ///   - options: Options of this stream; its duration is limited as in ``stream(_:_:sending:receiving:options:)``.
    /// - Throws: As ``stream(_:_:sending:receiving:options:)``; `invalidArgument` if the descriptor has no service.
    public func stream<Outgoing: Sendable, Incoming: Sendable>(
        _ endpoint: EndpointDescriptor<Outgoing, Incoming>, options: CallOptions = .init()
    ) async throws -> MessageStream<Outgoing, Incoming> {
        try await stream(endpoint.requiredService, endpoint, options: options)
    }

    /// Calls an endpoint, whose descriptor names the service, that responds to one request with a stream of messages.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint.
    ///   - request: The request.
    ///   - options: Options of this stream.
    /// - Throws: As ``serverStream(_:_:_:options:)``; `invalidArgument` if the descriptor has no service.
    public func serverStream<Request: Sendable, Response: Sendable>(
        _ endpoint: EndpointDescriptor<Request, Response>, _ request: Request, options: CallOptions = .init()
    ) async throws -> MessageReader<Response> {
        try await serverStream(endpoint.requiredService, endpoint, request, options: options)
    }

    /// Calls an endpoint, whose descriptor names the service, that responds to a stream of messages with a single
    /// message.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint.
    ///   - options: Options of this stream.
    ///   - send: Sends the messages. The sending direction ends when it returns.
    /// - Throws: As ``clientStream(_:_:options:_:)``; `invalidArgument` if the descriptor has no service.
    public func clientStream<Request: Sendable, Response: Sendable>(
        _ endpoint: EndpointDescriptor<Request, Response>, options: CallOptions = .init(),
        _ send: (MessageWriter<Request>) async throws -> Void
    ) async throws -> Response {
        try await clientStream(endpoint.requiredService, endpoint, options: options, send)
    }
}

extension EndpointDescriptor {
    fileprivate var requiredService: String {
        get throws {
            if let service { return service }
            throw MicroError(
                .invalidArgument,
                "the descriptor of \(name) names no service: create it with the service, or name it in the call",
                origin: MicroError.Origin.client)
        }
    }
}
