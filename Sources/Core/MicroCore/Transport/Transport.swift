// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// Moves one encoded request to an address and brings back its response; connections and pools are its own affair.
///
/// All operations throw ``MicroError`` or `CancellationError`, keep the deadline they are given and end promptly on
/// cancellation.
public protocol Transport: Sendable {
    /// The name that nodes carry in their metadata as `transport`, such as `http`: a client picks only nodes whose
    /// transport it speaks.
    var name: String { get }

    /// What it can do beyond the contract's core, and its limits.
    var capabilities: TransportCapabilities { get }

    /// Sends a request and waits for its response, until the deadline of the request.
    ///
    /// - Throws: The error that the peer answered with; or `unavailable` (nobody answers there, the connection broke),
    ///   `deadlineExceeded`, `payloadTooLarge`, `invalidArgument`, `closed`. ``MicroError/isSafeToRetry`` says whether
    ///   the request certainly was not run.
    func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse

    /// Opens a stream to an endpoint that is called by one. The body of the request does not travel: what is to be said is
    /// sent by the stream.
    ///
    /// It may return before the peer has answered: a refusal is then thrown by the first reading of the stream.
    ///
    /// - Parameter request: Its deadline is that of the whole stream.
    /// - Throws: As ``call(_:to:)``; `notFound` for an endpoint that is not called by stream; `unsupported` where
    ///   ``TransportFeatures/streams`` is not claimed.
    func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream

    /// Listens at an address. Calls wait until the listener runs.
    ///
    /// - Parameter address: With port 0 (or none) a free port is taken.
    /// - Throws: `unavailable` (the address is taken or not of this machine), `invalidArgument`, `closed`.
    func bind(to address: Address) async throws -> any TransportListener

    /// Closes all connections and waits for that. Closing twice is fine; every operation afterwards throws `closed`.
    func close() async
}

/// The answering side of a transport, bound to an address.
public protocol TransportListener: Sendable {
    /// Where it listens, with the port that was taken.
    var address: Address { get }

    /// Answers calls until the listener is drained or the task is cancelled, which cuts all calls off.
    ///
    /// What a handler throws is sent to the caller; an error that is not a ``MicroError`` as `internal`, without its
    /// text. The task of a handler is cancelled at the deadline of its request, and within a second after its caller has
    /// gone.
    ///
    /// - Parameters:
    ///   - handler: Answers calls. It runs where the transport likes, such as on an event loop, and must not block: what
    ///     may block goes to another executor.
    ///   - streams: Finds the handler of an endpoint that is called by stream; nil for all other endpoints, for which
    ///     opening a stream fails with ``MicroError/streamNotFound(_:)``. Must not block.
    /// - Throws: ``MicroError`` with `unavailable` when listening breaks, or `closed` when it ran already.
    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws

    /// Takes no new calls (they are refused with `unavailable`, safe to retry), lets those in flight finish until the
    /// deadline, cuts off the rest and ends ``run(_:)``.
    func drain(deadline: ContinuousClock.Instant) async
}

extension TransportListener {
    /// Answers calls, where no endpoint is called by stream: see ``run(_:streams:)``.
    public func run(_ handler: @escaping TransportHandler) async throws {
        try await run(handler) { _ in nil }
    }
}

/// Answers one request.
public typealias TransportHandler = @Sendable (TransportRequest) async throws -> TransportResponse

/// Holds one stream with a caller, until it returns: that is the end of the stream, or its error. The body of the request
/// is empty. It runs as a ``TransportHandler`` does.
public typealias TransportStreamHandler = @Sendable (TransportRequest, TransportStream) async throws -> Void

/// The handler of an endpoint that is called by stream; nil if it is not.
public typealias TransportStreamLookup = @Sendable (_ endpoint: String) -> TransportStreamHandler?

/// A request as a transport moves it: encoded, with where it is meant for.
public struct TransportRequest: Sendable {
    /// The name of the service; empty if the caller names none.
    public var service: String
    /// The endpoint of the service, such as `Greeter.Hello`; empty if the body alone names it, as in JSON-RPC.
    public var endpoint: String
    /// The media type of the body, such as `application/json`.
    public var contentType: String
    /// What travels beside the body. No transport's own header is among them.
    public var headers: Headers
    /// The encoded message.
    public var body: ByteBuffer
    /// When the answer is of no use any more. It travels as remaining time.
    public var deadline: ContinuousClock.Instant

    /// Creates a request.
    public init(
        service: String, endpoint: String, contentType: String, headers: Headers = [:], body: ByteBuffer = ByteBuffer(),
        deadline: ContinuousClock.Instant
    ) {
        self.service = service
        self.endpoint = endpoint
        self.contentType = contentType
        self.headers = headers
        self.body = body
        self.deadline = deadline
    }
}

/// A response as a transport moves it.
public struct TransportResponse: Sendable {
    /// The media type of the body.
    public var contentType: String
    /// What travels beside the body. No transport's own header is among them.
    public var headers: Headers
    /// The encoded message.
    public var body: ByteBuffer

    /// Creates a response.
    public init(contentType: String, headers: Headers = [:], body: ByteBuffer = ByteBuffer()) {
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }
}
