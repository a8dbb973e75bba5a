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

    /// How many pings are answered at a time.
    private static let maxPendingPings = 512

    private var state = State.header
    private var collected: [UInt8] = []
    /// Pings that were not answered, by their payloads.
    private var pings: [[UInt8]] = []

    /// Whether there is something to send that nobody has written.
    var hasPendingPongs: Bool { !pings.isEmpty }

    // MARK: To the server

    /// Puts bytes into a frame of one binary message, behind what has to be answered. No bytes make no frame.
    mutating func frame(_ bytes: inout CurlOutput) {
        guard bytes.count > 0 || !pings.isEmpty else { return }
        var framed = CurlOutput()
        for ping in pings { ping.withUnsafeBytes { Self.append(Opcode.pong, $0, to: &framed) } }
        pings = []
        if bytes.count > 0 { Self.append(Opcode.binary, bytes.bytes, to: &framed) }
        swap(&bytes, &framed)
    }

    /// A frame with a mask that nobody can foresee (section 5.3).
    private static func append(_ opcode: UInt8, _ payload: UnsafeRawBufferPointer, to frames: inout CurlOutput) {
        frames.append(0x80 | opcode)
        switch payload.count {
        case ...125: frames.append(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            frames.append(0x80 | 126)
            withUnsafeBytes(of: UInt16(payload.count).bigEndian) { frames.append($0) }
        default:
            frames.append(0x80 | 127)
            withUnsafeBytes(of: UInt64(payload.count).bigEndian) { frames.append($0) }
        }
        let mask = UInt32.random(in: .min ... .max)
        withUnsafeBytes(of: mask) { frames.append($0) }
        frames.append(payload, maskedBy: mask)
    }

    // MARK: From the server

    /// Takes what has come, split anywhere, and hands over the payloads of data frames in order, in pieces.
    ///
    /// - Throws: `badResponse` for what no server may send, `connectionLost` for the server's farewell.
    mutating func unframe(_ bytes: UnsafeRawBufferPointer, _ deliver: (UnsafeRawBufferPointer) -> Void)
        throws(CurlError)
    {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .header: try readHeader(&rest)
            case .data(let missing):
                let count = Int(min(UInt64(rest.count), missing))
                deliver(UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
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
        case Opcode.ping: pings.append(collected)
        case Opcode.close:
            let reason = String(decoding: collected.dropFirst(2), as: UTF8.self)
            throw CurlError(
                kind: .connectionLost,
                message: "the server closed the WebSocket" + (reason.isEmpty ? "" : ": \(reason.prefix(100))"))
        default: break
        }
        // Answers to a flood of pings are sent before more is read, but must not pile up within one read either.
        guard pings.count <= Self.maxPendingPings else {
            throw Self.violation("there are more pings than can be answered")
        }
    }

    private static func violation(_ problem: String) -> CurlError {
        CurlError(kind: .badResponse, message: "the server breaks the rules of WebSocket: \(problem)")
    }
}
