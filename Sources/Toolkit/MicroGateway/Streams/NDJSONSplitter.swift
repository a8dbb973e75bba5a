// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEdge
package import NIOCore

/// Divides bytes that arrive in parts into lines of a maximum length. Blank lines are left out.
package struct NDJSONSplitter {
    /// The maximum length of a line, in bytes.
    let maxLength: Int
    private var rest = ByteBuffer()

    /// - Parameter maxLength: The maximum length of a line, in bytes.
    package init(maxLength: Int) { self.maxLength = maxLength }

    /// The lines that are complete with further bytes.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `payloadTooLarge` for a longer line.
    package mutating func lines(adding part: ByteBuffer) throws -> [ByteBuffer] {
        var part = part
        rest.writeBuffer(&part)
        var lines: [ByteBuffer] = []
        while let end = rest.readableBytesView.firstIndex(of: 0x0A) {
            let length = end - rest.readableBytesView.startIndex
            guard length <= maxLength, let line = rest.readSlice(length: length) else { throw tooLong }
            rest.moveReaderIndex(forwardBy: 1)
            if !line.isBlank { lines.append(line) }
        }
        guard rest.readableBytes <= maxLength else { throw tooLong }
        rest.discardReadBytes()
        return lines
    }

    /// The last line, if it does not end with a line break.
    package var remainder: ByteBuffer? { rest.isBlank ? nil : rest }

    private var tooLong: MicroError {
        MicroError(
            .payloadTooLarge, "a message of the stream exceeds \(maxLength) bytes", origin: MicroError.Origin.edge)
    }
}

extension ByteBuffer {
    fileprivate var isBlank: Bool { readableBytesView.allSatisfy { $0 <= 0x20 } }
}
