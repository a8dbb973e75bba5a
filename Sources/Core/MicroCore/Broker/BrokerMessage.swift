// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// A message of a broker: an encoded body with headers.
public struct BrokerMessage: Sendable, Hashable {
    /// The headers, without the broker's own headers.
    public var headers: Headers
    /// The encoded event: any bytes.
    public var body: ByteBuffer

    /// Creates a message.
    public init(headers: Headers = [:], body: ByteBuffer = ByteBuffer()) {
        self.headers = headers
        self.body = body
    }

    /// Creates a message with a text as its body, in UTF-8.
    public init(headers: Headers = [:], text: String) {
        self.init(headers: headers, body: ByteBuffer(string: text))
    }

    /// The size of headers and body in bytes.
    package var size: Int {
        headers.reduce(body.readableBytes) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }
}
