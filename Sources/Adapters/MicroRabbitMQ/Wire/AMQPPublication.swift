// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import NIOCore

/// A message to publish.
struct AMQPPublication: Sendable {
    /// The exchange; empty for the default exchange, which routes to the queue that the routing key names.
    var exchange: String
    var routingKey: String
    /// Whether the server returns the message if no queue gets it.
    var isMandatory = false
    var properties: AMQPProperties
    var body: ByteBuffer

    /// Appends the method, the header and the body, split into frames of a maximum size.
    func write(to output: inout CurlOutput, on channel: UInt16, maxFrameSize: Int) {
        var writer = AMQPWriter(capacity: 256)
        writer.frame(.method, on: channel) { writer in
            writer.integer(AMQPMethodID.basicPublish.classID)
            writer.integer(AMQPMethodID.basicPublish.number)
            writer.integer(UInt16(0))
            writer.shortString(exchange)
            writer.shortString(routingKey)
            writer.octet(isMandatory ? 1 : 0)
        }
        writer.frame(.header, on: channel) { writer in
            AMQPContentHeader(bodySize: UInt64(body.readableBytes), properties: properties).write(to: &writer)
        }
        output.append(writer.bytes)
        let maxPayload = maxFrameSize - AMQPFrame.overhead
        body.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest.prefix(maxPayload))
                output.append(AMQPFrame.Kind.body.rawValue)
                withUnsafeBytes(of: channel.bigEndian) { output.append($0) }
                withUnsafeBytes(of: UInt32(truncatingIfNeeded: part.count).bigEndian) { output.append($0) }
                output.append(part)
                output.append(AMQPFrame.end)
                rest = rest.dropFirst(part.count)
            }
        }
    }
}
