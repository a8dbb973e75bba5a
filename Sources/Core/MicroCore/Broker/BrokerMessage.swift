// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// What is published: an encoded body, and what travels beside it.
public struct BrokerMessage: Sendable, Hashable {
    /// What travels beside the body. No broker's own header is among them.
    public var headers: Headers
    /// The encoded event; any bytes.
    public var body: ByteBuffer

    /// Creates a message.
    public init(headers: Headers = [:], body: ByteBuffer = ByteBuffer()) {
        self.headers = headers
        self.body = body
    }

    /// Creates a message whose body is a text in UTF-8.
    public init(headers: Headers = [:], text: String) {
        self.init(headers: headers, body: ByteBuffer(string: text))
    }

    /// The bytes of headers and body.
    package var size: Int {
        headers.reduce(body.readableBytes) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }
}
