// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Stands before the endpoints of a service, those that every service has included: sees each call with its whole request and
/// response, before the service's limits and handlers do.
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
/// It runs where the transport runs, such as on an event loop, and must not block. Which endpoint answers was found before: to
/// change that in the request has no effect.
public protocol ServerInterceptor: Sendable {
    /// Answers a call, as a rule by `next`. Does nothing of its own if it is not implemented.
    ///
    /// - Throws: What the caller is to get: ``MicroCore/MicroError``; anything else reaches it as `internal`, without its text.
    func respond(to request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse

    /// Holds a stream until its end, as a rule by `next`; ``MicroCore/TransportStream/intercepted(sending:receiving:ended:)``
    /// shows what passes. Does nothing of its own if it is not implemented.
    ///
    /// - Throws: As ``respond(to:next:)``.
    func serve(
        _ stream: TransportStream, of request: TransportRequest, next: @escaping TransportStreamHandler
    ) async throws
}

extension ServerInterceptor {
    /// Goes on.
    public func respond(to request: TransportRequest, next: @escaping TransportHandler) async throws
        -> TransportResponse
    {
        try await next(request)
    }

    /// Goes on.
    public func serve(
        _ stream: TransportStream, of request: TransportRequest, next: @escaping TransportStreamHandler
    ) async throws {
        try await next(request, stream)
    }
}

extension ArraySlice where Element == any ServerInterceptor {
    /// Answers a call through all of them, the first outermost.
    func respond(to request: TransportRequest, _ last: @escaping TransportHandler) async throws -> TransportResponse {
        guard let first else { return try await last(request) }
        let rest = dropFirst()
        guard !rest.isEmpty else { return try await first.respond(to: request, next: last) }
        return try await first.respond(to: request) { try await rest.respond(to: $0, last) }
    }

    /// Holds a stream through all of them.
    func serve(
        _ stream: TransportStream, of request: TransportRequest, _ last: @escaping TransportStreamHandler
    ) async throws {
        guard let first else { return try await last(request, stream) }
        try await first.serve(stream, of: request) { try await dropFirst().serve($1, of: $0, last) }
    }
}
