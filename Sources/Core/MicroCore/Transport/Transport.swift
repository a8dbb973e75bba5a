// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Carries encoded requests to an address and their responses back. A transport manages its connections and pools itself.
///
/// All operations throw ``MicroError`` or `CancellationError`, keep the deadline of the request and end promptly on
/// cancellation.
public protocol Transport: Sendable {
    /// The kind of transport, such as `http`. It is the value of the node metadata `transport`: a client calls only nodes
    /// with the name of its own transport.
    var name: String { get }

    /// The optional parts of the contract that this transport supports, and its limits.
    var capabilities: TransportCapabilities { get }

    /// Sends a request and waits for its response, until the deadline of the request.
    ///
    /// - Throws: The error that the peer responded with; or `unavailable` (no peer responds at the address, or the
    ///   connection broke), `deadlineExceeded`, `payloadTooLarge`, `invalidArgument`, `closed`.
    ///   ``MicroError/isSafeToRetry`` is true if the request certainly was not executed.
    func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse

    /// Opens a stream to an endpoint that is called by stream. The body of the request is not sent; messages are sent on the
    /// stream.
    ///
    /// It can return before the peer has responded. A refusal is then thrown by the first read from the stream.
    ///
    /// - Parameters:
    ///   - request: The request, whose deadline is that of the whole stream.
    ///   - address: The address of the peer.
    /// - Throws: As ``call(_:to:)``; `notFound` if the endpoint is not called by stream; `unsupported` if
    ///   ``TransportFeatures/streams`` is not claimed.
    func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream

    /// Binds a listener to an address. Calls wait until the listener runs.
    ///
    /// - Parameter address: The address. Without a port, or with port 0, a free port is used.
    /// - Throws: `unavailable` (the address is in use, or does not belong to this host), `invalidArgument`, `closed`.
    func bind(to address: Address) async throws -> any TransportListener

    /// Closes all connections and waits until they are closed.
    ///
    /// Closing twice is allowed. Every operation afterwards throws `closed`.
    func close() async
}
