// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Writes the elements of a frame's payload (AMQP 0-9-1, section 4.2).
struct AMQPWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 128) { bytes.reserveCapacity(capacity) }

    mutating func octet(_ value: UInt8) { bytes.append(value) }

    /// An integer in network byte order.
    mutating func integer(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// A text of at most 255 bytes; the rest is cut off. Callers validate the length.
    mutating func shortString(_ text: String) {
        let utf8 = text.utf8.prefix(255)
        octet(UInt8(truncatingIfNeeded: utf8.count))
        bytes.append(contentsOf: utf8)
    }

    mutating func longString(_ text: some Collection<UInt8>) {
        integer(UInt32(truncatingIfNeeded: text.count))
        bytes.append(contentsOf: text)
    }

    /// An element that is preceded by its length in four bytes.
    mutating func withLength(_ write: (inout AMQPWriter) -> Void) {
        let start = bytes.count
        integer(UInt32(0))
        write(&self)
        let length = UInt32(truncatingIfNeeded: bytes.count - start - 4)
        for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * index)) }
    }

    /// A complete frame (section 4.2.3).
    mutating func frame(_ type: AMQPFrame.Kind, on channel: UInt16, _ write: (inout AMQPWriter) -> Void) {
        octet(type.rawValue)
        integer(channel)
        withLength(write)
        octet(AMQPFrame.end)
    }
}
