// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// An encoded request with its destination.
public struct TransportRequest: Sendable {
    /// The name of the service; empty if the caller does not name one.
    public var service: String
    /// The endpoint of the service, such as `Greeter.Hello`; empty if only the body names it, as in JSON-RPC.
    public var endpoint: String
    /// The media type of the body, such as `application/json`, with its parameters, if it has any.
    public var contentType: String
    /// The headers, without the transport's own headers.
    public var headers: Headers
    /// The encoded message.
    public var body: ByteBuffer
    /// The instant until which the caller waits for the response. It is sent as the remaining time.
    public var deadline: ContinuousClock.Instant {
        get { monotonicDeadline.instant }
        set { monotonicDeadline = MonotonicTime(newValue) }
    }
    /// ``deadline`` in the form in which it is stored.
    package var monotonicDeadline: MonotonicTime
    /// Whether the caller uses the names of go-micro before v1.18 for the transport's headers. A transport sets it for
    /// a received request. swift-micro peers also use these names, since all versions can read them.
    package var usesLegacyNames = false
    /// Whether the caller is a plain HTTP client: it has sent none of go-micro's headers, and receives errors as an
    /// HTTP status with a JSON body.
    package var isFromPlainClient = false

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
        monotonicDeadline = MonotonicTime(deadline)
    }
}
