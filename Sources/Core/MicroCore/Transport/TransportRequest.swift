// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// An encoded request with its destination.
public struct TransportRequest: Sendable {
    /// The name of the service; empty if the caller does not name one.
    public var service: String
    /// The endpoint of the service, such as `Greeter.Hello`; empty if only the body names it, as in JSON-RPC.
    public var endpoint: String
    /// The media type of the body, such as `application/json`.
    public var contentType: String
    /// The headers. The transport's own headers are not among them.
    public var headers: Headers
    /// The encoded message.
    public var body: ByteBuffer
    /// The instant after which the caller does not wait for the response. It is sent as remaining time.
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
