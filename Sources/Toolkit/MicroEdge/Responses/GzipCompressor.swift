// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CZlib
import MicroCore
import NIOCore

/// Compresses one stream of bytes into the format gzip (RFC 1952). Not for concurrent use.
final class GzipCompressor {
    /// The state of zlib refers to this address.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Throws: ``/MicroCore/MicroError`` with `resourceExhausted` if memory is exhausted.
    init(level: Int) throws {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window, and 16 more select gzip.
        let status = deflateInit2_(
            stream, Int32(clamping: level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw MicroError(
                .resourceExhausted, "the response cannot be compressed: zlib failed with \(status)",
                origin: MicroError.Origin.edge)
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses further bytes.
    ///
    /// - Parameter flushesPart: Whether the result contains all of them, at the cost of size.
    func compress(_ bytes: ByteBuffer, flushesPart: Bool) throws -> ByteBuffer {
        guard bytes.readableBytes > 0 else { return ByteBuffer() }
        return try bytes.withUnsafeReadableBytes { input in
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(clamping: input.count)
            defer { stream.pointee.next_in = nil }
            return try output(flushesPart ? Z_SYNC_FLUSH : Z_NO_FLUSH)
        }
    }

    /// Ends the stream, and returns its last bytes.
    func finish() throws -> ByteBuffer { try output(Z_FINISH) }

    private func output(_ flush: Int32) throws -> ByteBuffer {
        var output = ByteBuffer()
        var status = Z_OK
        repeat {
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: 4096) { space in
                stream.pointee.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(clamping: space.count)
                status = deflate(stream, flush)
                return space.count - Int(stream.pointee.avail_out)
            }
            // Z_BUF_ERROR: there was nothing left to do.
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                throw MicroError(
                    .internal, "the response cannot be compressed: zlib failed with \(status)",
                    origin: MicroError.Origin.edge)
            }
        } while stream.pointee.avail_out == 0 || (flush == Z_FINISH && status == Z_OK)
        return output
    }
}
