// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

extension ByteBuffer {
    /// The maximum size of a body that is copied behind its head, in bytes. For larger bodies, a second write is
    /// cheaper.
    static let maxCoalescedBodySize = 16 * 1024

    /// Writes a non-negative number in decimal.
    mutating func writeDecimal(_ number: Int) {
        // An `Int` has at most 19 digits.
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var (rest, index) = (number, digits.count)
            repeat {
                index -= 1
                digits[index] = 0x30 + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            writeBytes(UnsafeRawBufferPointer(rebasing: digits[index...]))
        }
    }

    /// Writes the last field of a head and the empty line after it.
    mutating func writeContentLength(_ length: Int, isLast: Bool = false) {
        writeStaticString("Content-Length: ")
        writeDecimal(length)
        writeStaticString(isLast ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
    }

    /// A head and its body in one buffer; a large body stays in a separate buffer.
    func coalesced(with body: ByteBuffer) -> (ByteBuffer, ByteBuffer?) {
        guard body.readableBytes <= Self.maxCoalescedBodySize else { return (self, body) }
        var message = self
        message.writeImmutableBuffer(body)
        return (message, nil)
    }
}

/// Collects the parts of a body, up to a limit.
struct HTTPBody {
    private var buffer = ByteBuffer()

    /// Adds a part.
    ///
    /// - Returns: False if the body would exceed the limit; the collected parts are discarded.
    mutating func append(_ part: ByteBuffer, limit: Int) -> Bool {
        let size = buffer.readableBytes
        guard size + part.readableBytes <= limit else {
            buffer = ByteBuffer()
            return false
        }
        if size == 0 { buffer = part } else { buffer.writeImmutableBuffer(part) }
        return true
    }

    /// Returns the whole body, and removes it from this value.
    mutating func take() -> ByteBuffer {
        var body = ByteBuffer()
        swap(&body, &buffer)
        return body
    }
}
