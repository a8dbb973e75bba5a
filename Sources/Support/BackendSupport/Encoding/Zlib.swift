// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Compresses and decompresses zlib streams (RFC 1950).
package enum Zlib {
    /// Compresses bytes; nil if memory is exhausted.
    package static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        var size = compressBound(uLong(bytes.count))
        var output = [UInt8](repeating: 0, count: Int(size))
        guard compress2(&output, &size, bytes, uLong(bytes.count), Z_BEST_SPEED) == Z_OK else { return nil }
        return Array(output.prefix(Int(size)))
    }

    /// Decompresses a stream.
    ///
    /// - Parameter maxSize: The maximum size of the output, in bytes. A small stream can have a very large output.
    /// - Returns: The output; nil if the stream is invalid or incomplete, or the output exceeds `maxSize`.
    package static func decompressed(_ compressed: [UInt8], maxSize: Int) -> [UInt8]? {
        var (compressed, stream) = (compressed, z_stream())
        guard !compressed.isEmpty, czlib_inflate_init(&stream) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        return compressed.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(clamping: input.count)
            while true {
                let (status, count) = chunk.withUnsafeMutableBufferPointer { output in
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(clamping: output.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    return (status, output.count - Int(stream.avail_out))
                }
                bytes.append(contentsOf: chunk[..<count])
                guard bytes.count <= maxSize else { return nil }
                if status == Z_STREAM_END { return bytes }
                // No output and no remaining input: the stream is incomplete.
                guard status == Z_OK, count > 0 || stream.avail_in > 0 else { return nil }
            }
        }
    }
}
