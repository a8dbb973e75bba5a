// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Stands between a client and the nodes that it calls: sees each call once, with its whole request and response, whatever
/// the number of attempts.
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
/// It may change the request, answer without going on, go on more than once, and change what comes back. It keeps the
/// request's deadline by passing it on.
public protocol ClientInterceptor: Sendable {
    /// Makes a call, as a rule by `next`. Does nothing of its own if it is not implemented.
    ///
    /// - Throws: What the caller is to get: ``MicroCore/MicroError`` or `CancellationError`.
    func call(_ request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse

    /// Opens a stream, as a rule by `next`; ``MicroCore/TransportStream/intercepted(sending:receiving:ended:)`` shows what passes.
    /// Does nothing of its own if it is not implemented.
    ///
    /// - Throws: As ``call(_:next:)``.
    func open(
        _ request: TransportRequest, next: @escaping @Sendable (TransportRequest) async throws -> TransportStream
    ) async throws -> TransportStream
}

extension ClientInterceptor {
    /// Goes on.
    public func call(_ request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse {
        try await next(request)
    }

    /// Goes on.
    public func open(
        _ request: TransportRequest, next: @escaping @Sendable (TransportRequest) async throws -> TransportStream
    ) async throws -> TransportStream {
        try await next(request)
    }
}

extension ArraySlice where Element == any ClientInterceptor {
    /// Makes a call through all of them, the first outermost.
    func call(_ request: TransportRequest, _ last: @escaping TransportHandler) async throws -> TransportResponse {
        guard let first else { return try await last(request) }
        let rest = dropFirst()
        guard !rest.isEmpty else { return try await first.call(request, next: last) }
        return try await first.call(request) { try await rest.call($0, last) }
    }

    /// Opens a stream through all of them.
    func open(
        _ request: TransportRequest, _ last: @escaping @Sendable (TransportRequest) async throws -> TransportStream
    ) async throws -> TransportStream {
        guard let first else { return try await last(request) }
        return try await first.open(request) { try await dropFirst().open($0, last) }
    }
}
