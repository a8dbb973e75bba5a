// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The server side of a transport, bound to an address.
public protocol TransportListener: Sendable {
    /// The bound address, with the port in use.
    var address: Address { get }

    /// Why calls do not currently reach the running listener; nil if no problem is known. The default implementation
    /// returns nil.
    var problem: MicroError? { get }

    /// Serves calls until the listener is drained or the task is cancelled. Cancellation cancels all calls.
    ///
    /// An error thrown by a handler is sent to the caller; an error other than ``MicroError`` is sent as `internal`,
    /// without its text. The task of a handler is cancelled at the deadline of its request, and within a second after
    /// its caller has disconnected.
    ///
    /// - Parameters:
    ///   - handler: Handles calls. It runs where the transport chooses, for example on an event loop, and must not block:
    ///     work that can block belongs on another executor.
    ///   - streams: Finds the handler of a streaming endpoint. It returns nil for other endpoints; opening a
    ///     stream to them fails with ``MicroError/streamNotFound(_:)``. It must not block.
    /// - Throws: ``MicroError`` with `unavailable` if listening fails, or `closed` if the listener ran already.
    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws

    /// Drains the listener: refuses new calls with `unavailable` (safe to retry), waits until the deadline for the calls in
    /// flight, cancels the rest, and ends ``run(_:streams:)``. Open streams are calls in flight. Calls that race with the
    /// drain are handled or refused. Without calls, it ends promptly.
    func drain(deadline: ContinuousClock.Instant) async
}

extension TransportListener {
    /// Nil.
    public var problem: MicroError? { nil }

    /// Serves calls without stream endpoints: see ``run(_:streams:)``.
    public func run(_ handler: @escaping TransportHandler) async throws {
        try await run(handler) { _ in nil }
    }
}

/// Handles one request.
public typealias TransportHandler = @Sendable (TransportRequest) async throws -> TransportResponse

/// Handles one stream. The stream ends normally when the handler returns, and with the error that it throws.
///
/// The body of the request is empty. The handler runs where a ``TransportHandler`` runs.
public typealias TransportStreamHandler = @Sendable (TransportRequest, TransportStream) async throws -> Void

/// Finds the handler of a streaming endpoint; nil for other endpoints.
public typealias TransportStreamLookup = @Sendable (_ endpoint: String) -> TransportStreamHandler?
