// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A frame (AMQP 0-9-1, section 4.2.3). The payload is valid only while the frame is handled.
struct AMQPFrame {
    enum Kind: UInt8 {
        case method = 1
        case header = 2
        case body = 3
        case heartbeat = 8
    }

    /// The last byte of every frame.
    static let end: UInt8 = 0xCE
    /// The number of bytes around a payload.
    static let overhead = 8
    /// The size that every peer must accept, and that applies before the size is negotiated.
    static let minMaxSize = 4096

    let kind: Kind
    let channel: UInt16
    let payload: UnsafeRawBufferPointer
}

/// Handles the frames that a parser reads.
protocol AMQPFrameHandler {
    mutating func handle(_ frame: AMQPFrame) throws(MicroError)
}

/// Parses frames from chunks that may be split anywhere. A frame that is complete in one chunk is passed on without a copy.
struct AMQPFrameParser {
    private static let headSize = 7

    /// The maximum size of a frame, with its overhead, in bytes.
    var maxFrameSize = 128 * 1024
    /// The start of an incomplete frame; less than ``maxFrameSize``.
    private var buffer: [UInt8] = []

    /// Parses the next chunk.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `internal`: a protocol violation, after which nothing more can be parsed; or the
    ///   error of the handler.
    mutating func feed(_ bytes: UnsafeRawBufferPointer, to handler: inout some AMQPFrameHandler) throws(MicroError) {
        var rest = bytes[...]
        while !buffer.isEmpty, !rest.isEmpty { try complete(&rest, &handler) }
        while rest.count >= Self.headSize {
            let size = try frameSize(UnsafeRawBufferPointer(rebasing: rest.prefix(Self.headSize)))
            guard rest.count >= size else { break }
            try handler.handle(try Self.frame(UnsafeRawBufferPointer(rebasing: rest.prefix(size))))
            rest = rest.dropFirst(size)
        }
        if !rest.isEmpty {
            try checkStart(rest)
            buffer = Array(rest)
        }
    }

    /// Adds bytes to the incomplete frame, and passes it on once it is complete.
    private mutating func complete(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ handler: inout some AMQPFrameHandler
    ) throws(MicroError) {
        take(from: &rest, until: Self.headSize)
        try checkStart(buffer)
        guard buffer.count >= Self.headSize else { return }
        let head = Array(buffer.prefix(Self.headSize))
        let size = try Self.withBytes(of: head) { bytes throws(MicroError) in try frameSize(bytes) }
        take(from: &rest, until: size)
        guard buffer.count == size else { return }
        let complete = buffer
        buffer.removeAll(keepingCapacity: size <= Self.maxRetainedSize)
        try Self.withBytes(of: complete) { bytes throws(MicroError) in try handler.handle(try Self.frame(bytes)) }
    }

    private static let maxRetainedSize = 256 * 1024

    private mutating func take(from rest: inout Slice<UnsafeRawBufferPointer>, until size: Int) {
        let missing = rest.prefix(max(0, size - buffer.count))
        buffer.append(contentsOf: missing)
        rest = rest.dropFirst(missing.count)
    }

    private static func withBytes<Value>(
        of array: [UInt8], _ body: (UnsafeRawBufferPointer) throws(MicroError) -> Value
    ) throws(MicroError) -> Value {
        try array.withUnsafeBytes { bytes in
            Result { () throws(MicroError) in try body(bytes) }
        }.get()
    }

    /// A server that expects another protocol responds with a header in place of a frame.
    private func checkStart(_ bytes: some Collection<UInt8>) throws(MicroError) {
        guard let first = bytes.first, AMQPFrame.Kind(rawValue: first) == nil else { return }
        throw AMQPReader.violation(
            first == UInt8(ascii: "A")
                ? "it uses another version of AMQP" : "a frame has the unknown type \(first)")
    }

    private func frameSize(_ head: UnsafeRawBufferPointer) throws(MicroError) -> Int {
        try checkStart(head)
        let size = Int(UInt32(bigEndian: head.loadUnaligned(fromByteOffset: 3, as: UInt32.self))) + AMQPFrame.overhead
        guard size <= maxFrameSize else {
            throw AMQPReader.violation("a frame has \(size) bytes, the limit is \(maxFrameSize)")
        }
        return size
    }

    private static func frame(_ bytes: UnsafeRawBufferPointer) throws(MicroError) -> AMQPFrame {
        guard bytes.last == AMQPFrame.end, let kind = bytes.first.flatMap(AMQPFrame.Kind.init(rawValue:)) else {
            throw AMQPReader.violation("a frame does not end with its end octet")
        }
        let channel = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt16.self))
        return AMQPFrame(
            kind: kind, channel: channel,
            payload: UnsafeRawBufferPointer(rebasing: bytes[headSize..<(bytes.count - 1)]))
    }
}
