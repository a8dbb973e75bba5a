// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Sends encoded requests to an address and returns their responses. A transport manages its own connections and pools.
///
/// All operations throw ``MicroError`` or `CancellationError`, keep the deadline of the request and end promptly on
/// cancellation.
public protocol Transport: Sendable {
    /// The kind of transport, such as `http`. It is the value of the node metadata `transport`: a client calls only
    /// nodes whose transport has the same name.
    var name: String { get }

    /// The optional parts of the contract that this transport supports, and its limits.
    var capabilities: TransportCapabilities { get }

    /// Sends a request and waits for its response, until the deadline of the request. A request is handled at most once.
    ///
    /// - Throws: The error that the peer responded with; or `unavailable` (no peer responds at the address, or the
    ///   connection broke), `deadlineExceeded`, `payloadTooLarge`, `invalidArgument`, `closed`.
    ///   ``MicroError/isSafeToRetry`` is true if the request was definitely not executed.
    func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse

    /// Opens a stream to a streaming endpoint. The body of the request is not a message: no handler receives
    /// it. Messages are sent on the stream.
    ///
    /// It can return before the peer has responded. In that case, the first read from the stream throws the peer's
    /// refusal.
    ///
    /// - Parameters:
    ///   - request: The request. Its deadline applies to the whole stream.
    ///   - address: The address of the peer.
    /// - Throws: As ``call(_:to:)``; `notFound` if the endpoint is not a streaming endpoint; `unsupported` if
    ///   ``TransportFeatures/streams`` is not claimed.
    func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream

    /// Binds a listener to an address. Calls, streams, and messages sent on these streams wait until the listener runs.
    ///
    /// - Parameter address: The address. Without a port, or with port 0, a free port is used.
    /// - Throws: `unavailable` (the address is in use, or does not belong to this host), `invalidArgument`, `closed`.
    func bind(to address: Address) async throws -> any TransportListener

    /// Closes all connections and waits until they are closed.
    ///
    /// Closing twice is allowed. Every operation afterwards throws `closed`.
    func close() async
}
