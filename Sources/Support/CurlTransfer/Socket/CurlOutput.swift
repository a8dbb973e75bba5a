// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An output buffer in contiguous memory, which is reused. An array would cost two checks for each of the many small
/// appends that write a message.
package struct CurlOutput: ~Copyable {
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    /// The number of bytes in the buffer.
    package private(set) var count: Int

    /// The maximum capacity that an empty buffer keeps.
    private static let maxRetainedCapacity = 4 * 1024 * 1024

    /// Creates an empty buffer.
    package init() {
        (capacity, count) = (4096, 0)
        memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { memory.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    /// Appends bytes that a closure writes in place.
    ///
    /// - Parameters:
    ///   - size: The maximum number of bytes.
    ///   - write: Writes the bytes and returns their number.
    package mutating func append(upTo size: Int, _ write: (UnsafeMutableRawPointer) -> Int) {
        reserve(size)
        count += min(size, write(memory + count))
    }

    /// Appends a byte.
    package mutating func append(_ byte: UInt8) {
        reserve(1)
        memory.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Appends bytes.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        (memory + count).copyMemory(from: start, byteCount: bytes.count)
        count += bytes.count
    }

    /// Appends bytes.
    package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    /// Appends a string in UTF-8.
    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends bytes that are masked with four bytes in turn (RFC 6455, section 5.3).
    mutating func append(_ bytes: UnsafeRawBufferPointer, maskedBy mask: UInt32) {
        reserve(bytes.count)
        let (target, wide) = (memory + count, UInt64(mask) << 32 | UInt64(mask))
        var offset = 0
        while offset + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ wide
            target.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        withUnsafeBytes(of: mask) { mask in
            while offset < bytes.count {
                target.storeBytes(of: bytes[offset] ^ mask[offset & 3], toByteOffset: offset, as: UInt8.self)
                offset += 1
            }
        }
        count += bytes.count
    }

    /// Removes all bytes.
    mutating func removeAll() {
        count = 0
        guard capacity > Self.maxRetainedCapacity else { return }
        memory.deallocate()
        capacity = 4096
        memory = .allocate(byteCount: capacity, alignment: 16)
    }

    private mutating func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(2 * capacity, count + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        larger.copyMemory(from: memory, byteCount: count)
        memory.deallocate()
        memory = larger
    }
}

/// Unchecked because of the pointer: the buffer is the only owner of its memory and cannot be copied.
extension CurlOutput: @unchecked Sendable {}
