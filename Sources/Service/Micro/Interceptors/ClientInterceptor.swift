// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Wraps the calls and streams of a client. An interceptor sees each call once, with its whole request and response,
/// regardless of the number of attempts.
///
/// ```swift
/// struct Authorization: ClientInterceptor {
///     func call(_ request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse {
///         var request = request
///         request.headers["Authorization"] = "Bearer \(try await token())"
///         return try await next(request)
///     }
/// }
/// ```
///
/// It may change the request and the response, respond without calling `next`, and call `next` more than once. It must
/// pass on the deadline of the request.
public protocol ClientInterceptor: Sendable {
    /// Makes a call, usually by `next`. The default implementation forwards to `next`.
    ///
    /// - Throws: The error that the caller gets: ``/MicroCore/MicroError`` or `CancellationError`.
    func call(_ request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse

    /// Opens a stream, usually by `next`; ``/MicroCore/TransportStream/intercepted(sending:receiving:onEnd:)`` observes its
    /// messages. The default implementation forwards to `next`.
    ///
    /// - Throws: As ``call(_:next:)``.
    func open(
        _ request: TransportRequest, next: @escaping @Sendable (TransportRequest) async throws -> TransportStream
    ) async throws -> TransportStream
}

extension ClientInterceptor {
    /// Forwards to `next`.
    public func call(_ request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse {
        try await next(request)
    }

    /// Forwards to `next`.
    public func open(
        _ request: TransportRequest, next: @escaping @Sendable (TransportRequest) async throws -> TransportStream
    ) async throws -> TransportStream {
        try await next(request)
    }
}

extension ArraySlice where Element == any ClientInterceptor {
    /// Makes a call through all interceptors, the first one outermost.
    func call(_ request: TransportRequest, _ last: @escaping TransportHandler) async throws -> TransportResponse {
        guard let first else { return try await last(request) }
        let rest = dropFirst()
        guard !rest.isEmpty else { return try await first.call(request, next: last) }
        return try await first.call(request) { try await rest.call($0, last) }
    }

    /// Opens a stream through all interceptors, the first one outermost.
    func open(
        _ request: TransportRequest, _ last: @escaping @Sendable (TransportRequest) async throws -> TransportStream
    ) async throws -> TransportStream {
        guard let first else { return try await last(request) }
        return try await first.open(request) { try await dropFirst().open($0, last) }
    }
}
