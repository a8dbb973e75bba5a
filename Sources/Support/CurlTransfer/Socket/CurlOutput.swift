// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Bytes that wait to be sent, in one piece of memory that is kept from one time to the next. An array costs two checks
/// for each of the many small pieces that a message is written in.
package struct CurlOutput: ~Copyable {
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    /// How many bytes there are.
    package private(set) var count: Int

    /// Beyond it memory is given back when it is not needed any more.
    private static let maxRetainedCapacity = 4 * 1024 * 1024

    package init() {
        (capacity, count) = (4096, 0)
        memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { memory.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    /// Adds bytes that somebody writes in place.
    ///
    /// - Parameters:
    ///   - size: How many there may be.
    ///   - write: Writes them, and returns how many there are.
    package mutating func append(upTo size: Int, _ write: (UnsafeMutableRawPointer) -> Int) {
        reserve(size)
        count += min(size, write(memory + count))
    }

    /// Adds one byte.
    package mutating func append(_ byte: UInt8) {
        reserve(1)
        memory.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Adds bytes.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        (memory + count).copyMemory(from: start, byteCount: bytes.count)
        count += bytes.count
    }

    /// Adds bytes.
    package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    /// Adds a text in UTF-8.
    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Adds bytes, each changed by one of the four of a mask in turn (RFC 6455, section 5.3).
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

    /// Drops all bytes.
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

/// It is the only one that has its memory.
extension CurlOutput: @unchecked Sendable {}
