// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Wraps the endpoints of a service, including those that every service has. An interceptor sees each call with its whole
/// request and response, before the concurrency limit and the handler.
///
/// ```swift
/// struct Authorization: ServerInterceptor {
///     func respond(to request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse {
///         guard try await isValid(request.headers["Authorization"]) else {
///             throw MicroError(.unauthenticated, "the token is missing, wrong or expired")
///         }
///         return try await next(request)
///     }
/// }
/// ```
///
/// It runs on the executor of the transport, such as an event loop, and must not block. The endpoint is determined before
/// the interceptors run: changing it in the request has no effect.
public protocol ServerInterceptor: Sendable {
    /// Responds to a call, usually by `next`. The default implementation forwards to `next`.
    ///
    /// - Throws: The error that the caller gets: ``/MicroCore/MicroError``; any other error reaches it as `internal`, without
    ///   its text. The error of a call that the interceptor made reaches the caller as an error of the service.
    func respond(to request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse

    /// Serves a stream until its end, usually by `next`; ``/MicroCore/TransportStream/intercepted(sending:receiving:onEnd:)``
    /// observes its messages. The default implementation forwards to `next`.
    ///
    /// - Throws: As ``respond(to:next:)``.
    func serve(
        _ stream: TransportStream, of request: TransportRequest, next: @escaping TransportStreamHandler
    ) async throws
}

extension ServerInterceptor {
    /// Forwards to `next`.
    public func respond(to request: TransportRequest, next: @escaping TransportHandler) async throws
        -> TransportResponse
    {
        try await next(request)
    }

    /// Forwards to `next`.
    public func serve(
        _ stream: TransportStream, of request: TransportRequest, next: @escaping TransportStreamHandler
    ) async throws {
        try await next(request, stream)
    }
}

extension ArraySlice where Element == any ServerInterceptor {
    /// Responds to a call through all interceptors, the first one outermost.
    func respond(to request: TransportRequest, _ last: @escaping TransportHandler) async throws -> TransportResponse {
        guard let first else { return try await last(request) }
        let rest = dropFirst()
        guard !rest.isEmpty else { return try await first.respond(to: request, next: last) }
        return try await first.respond(to: request) { try await rest.respond(to: $0, last) }
    }

    /// Serves a stream through all interceptors, the first one outermost.
    func serve(
        _ stream: TransportStream, of request: TransportRequest, _ last: @escaping TransportStreamHandler
    ) async throws {
        guard let first else { return try await last(request, stream) }
        try await first.serve(stream, of: request) { try await dropFirst().serve($1, of: $0, last) }
    }
}
