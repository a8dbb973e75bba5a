// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// An encoded response.
public struct TransportResponse: Sendable {
    /// The media type of the body.
    public var contentType: String
    /// The headers, without the transport's own headers.
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
