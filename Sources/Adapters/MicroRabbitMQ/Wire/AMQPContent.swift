// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// A message that was received: delivered, or returned to its publisher.
struct AMQPContent: Sendable {
    enum Method: Sendable, Hashable {
        case deliver(AMQPMethod.Deliver)
        case `return`(AMQPMethod.Return)
    }

    let method: Method
    let properties: AMQPProperties
    let body: ByteBuffer
}

/// Assembles the messages of one channel from their method, header and body frames.
struct AMQPContentAssembler {
    /// The maximum size of a body in bytes: the largest that a server can be configured with.
    static let maxBodySize: UInt64 = 512 * 1024 * 1024
    /// The maximum memory that is reserved before the bytes have arrived.
    private static let maxReservedSize: UInt64 = 1024 * 1024

    private var method: AMQPContent.Method?
    private var header: AMQPContentHeader?
    private var body = ByteBuffer()

    /// Begins a message.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `internal` if the previous message is incomplete.
    mutating func begin(_ method: AMQPContent.Method) throws(MicroError) {
        try checkIdle()
        self.method = method
    }

    /// - Throws: ``/MicroCore/MicroError`` with `internal` if a message is incomplete.
    func checkIdle() throws(MicroError) {
        guard method == nil else { throw AMQPReader.violation("a message ends without its body") }
    }

    /// Adds a header frame.
    ///
    /// - Returns: The message if it has no body.
    mutating func addHeader(_ payload: UnsafeRawBufferPointer) throws(MicroError) -> AMQPContent? {
        guard method != nil, header == nil else { throw AMQPReader.violation("unexpected header frame") }
        let header = try AMQPContentHeader(parsing: payload)
        guard header.bodySize <= Self.maxBodySize else {
            throw AMQPReader.violation("a message has \(header.bodySize) bytes, the limit is \(Self.maxBodySize)")
        }
        self.header = header
        body = ByteBuffer()
        if header.bodySize > 0 { body.reserveCapacity(Int(min(header.bodySize, Self.maxReservedSize))) }
        return takeIfComplete()
    }

    /// Adds a body frame.
    ///
    /// - Returns: The message if it is complete.
    mutating func addBody(_ payload: UnsafeRawBufferPointer) throws(MicroError) -> AMQPContent? {
        guard let header, UInt64(body.readableBytes + payload.count) <= header.bodySize else {
            throw AMQPReader.violation("unexpected body frame")
        }
        body.writeBytes(payload)
        return takeIfComplete()
    }

    private mutating func takeIfComplete() -> AMQPContent? {
        guard let method, let header, UInt64(body.readableBytes) == header.bodySize else { return nil }
        let content = AMQPContent(method: method, properties: header.properties, body: body)
        (self.method, self.header, body) = (nil, nil, ByteBuffer())
        return content
    }
}
