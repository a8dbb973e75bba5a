// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The frames of an open WebSocket, on the client's side (RFC 6455, section 5): a stream of bytes goes into binary
/// messages, and comes out of whatever messages the server sends.
struct WebSocketCodec {
    private enum Opcode {
        static let continuation: UInt8 = 0
        static let text: UInt8 = 1
        static let binary: UInt8 = 2
        static let close: UInt8 = 8
        static let ping: UInt8 = 9
        static let pong: UInt8 = 10
    }

    private enum State {
        /// Collecting the header of a frame: two bytes, and the length.
        case header
        /// Handing over the payload of a data frame; how many bytes are still to come.
        case data(UInt64)
        /// Collecting the payload of a control frame.
        case control(UInt8, Int)
    }

    /// The longest header of a server's frame, which has no mask.
    private static let longestHeader = 10

    private var state = State.header
    private var collected: [UInt8] = []
    /// Pongs, in frames.
    private var answers: [UInt8] = []

    /// Whether there is something to send that nobody has written.
    var hasAnswer: Bool { !answers.isEmpty }

    // MARK: To the server

    /// Puts bytes into a frame of one binary message, behind what has to be answered. No bytes make no frame.
    mutating func frame(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty || !answers.isEmpty else { return }
        var framed = answers
        answers.removeAll(keepingCapacity: true)
        if !bytes.isEmpty { Self.append(Opcode.binary, bytes, to: &framed) }
        bytes = framed
    }

    /// A frame with a mask that nobody can foresee (section 5.3).
    static func append(_ opcode: UInt8, _ payload: [UInt8], to frames: inout [UInt8]) {
        frames.reserveCapacity(frames.count + payload.count + 14)
        frames.append(0x80 | opcode)
        switch payload.count {
        case ...125: frames.append(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            frames.append(0x80 | 126)
            withUnsafeBytes(of: UInt16(payload.count).bigEndian) { frames.append(contentsOf: $0) }
        default:
            frames.append(0x80 | 127)
            withUnsafeBytes(of: UInt64(payload.count).bigEndian) { frames.append(contentsOf: $0) }
        }
        let mask = UInt32.random(in: .min ... .max)
        withUnsafeBytes(of: mask) { frames.append(contentsOf: $0) }
        let start = frames.count
        frames.append(contentsOf: payload)
        frames.withUnsafeMutableBytes { Self.apply(mask, to: UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
    }

    /// Masks in place, eight bytes at a time.
    private static func apply(_ mask: UInt32, to bytes: UnsafeMutableRawBufferPointer) {
        let wide = UInt64(mask) << 32 | UInt64(mask)
        var offset = 0
        while offset + 8 <= bytes.count {
            bytes.storeBytes(
                of: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ wide, toByteOffset: offset,
                as: UInt64.self)
            offset += 8
        }
        withUnsafeBytes(of: mask) { mask in
            while offset < bytes.count {
                bytes[offset] ^= mask[offset & 3]
                offset += 1
            }
        }
    }

    // MARK: From the server

    /// Takes what has come, split anywhere, and hands over the payloads of data frames in order, in pieces.
    ///
    /// - Throws: `badResponse` for what no server may send, `connectionLost` for the server's farewell.
    mutating func unframe(_ bytes: UnsafeRawBufferPointer, _ handOver: (UnsafeRawBufferPointer) -> Void)
        throws(CurlError)
    {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .header: try readHeader(&rest)
            case .data(let missing):
                let count = Int(min(UInt64(rest.count), missing))
                handOver(UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
                rest = rest.dropFirst(count)
                state = missing == UInt64(count) ? .header : .data(missing - UInt64(count))
            case .control(let opcode, let size):
                let piece = rest.prefix(size - collected.count)
                collected.append(contentsOf: piece)
                rest = rest.dropFirst(piece.count)
                if collected.count == size { try finishControl(opcode) }
            }
        }
    }

    private mutating func readHeader(_ rest: inout Slice<UnsafeRawBufferPointer>) throws(CurlError) {
        while let byte = rest.popFirst() {
            collected.append(byte)
            guard collected.count >= 2, collected.count == 2 + Self.lengthSize(collected[1]) else { continue }
            defer { collected.removeAll(keepingCapacity: true) }
            return try begin(collected[0], masked: collected[1] & 0x80 != 0, size: length())
        }
    }

    private static func lengthSize(_ byte: UInt8) -> Int {
        switch byte & 0x7F {
        case 126: 2
        case 127: 8
        default: 0
        }
    }

    private func length() -> UInt64 {
        collected.count == 2
            ? UInt64(collected[1] & 0x7F) : collected[2...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func begin(_ first: UInt8, masked: Bool, size: UInt64) throws(CurlError) {
        guard first & 0x70 == 0, !masked, size < 1 << 63 else {
            throw Self.violation("a frame has bits or a mask that it must not have")
        }
        switch first & 0x0F {
        case Opcode.continuation, Opcode.text, Opcode.binary:
            state = size == 0 ? .header : .data(size)
        case Opcode.close, Opcode.ping, Opcode.pong:
            guard first & 0x80 != 0, size <= 125 else {
                throw Self.violation("a control frame is too large, or in parts")
            }
            state = .control(first & 0x0F, Int(size))
            if size == 0 {
                collected.removeAll(keepingCapacity: true)
                try finishControl(first & 0x0F)
            }
        default: throw Self.violation("a frame is of a kind that there is not")
        }
    }

    private mutating func finishControl(_ opcode: UInt8) throws(CurlError) {
        defer { collected.removeAll(keepingCapacity: true) }
        state = .header
        switch opcode {
        case Opcode.ping: Self.append(Opcode.pong, collected, to: &answers)
        case Opcode.close:
            let reason = String(decoding: collected.dropFirst(2), as: UTF8.self)
            throw CurlError(
                kind: .connectionLost,
                message: "the server closed the WebSocket" + (reason.isEmpty ? "" : ": \(reason.prefix(100))"))
        default: break
        }
        // Answers to a flood of pings are sent before more is read, but must not pile up within one read either.
        guard answers.count <= 64 * 1024 else { throw Self.violation("there are more pings than can be answered") }
    }

    private static func violation(_ problem: String) -> CurlError {
        CurlError(kind: .badResponse, message: "the server breaks the rules of WebSocket: \(problem)")
    }
}
