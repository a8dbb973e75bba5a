// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The framing of an open WebSocket on the client side (RFC 6455, section 5). A byte stream is sent in binary messages;
/// the payloads of all received data messages form the received byte stream.
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
        /// Collects the header of a frame: two bytes, and the extended length.
        case header
        /// Delivers the payload of a data frame; holds the number of missing bytes.
        case data(UInt64)
        /// Collects the payload of a control frame; holds its opcode and size.
        case control(UInt8, Int)
    }

    /// The maximum number of pings whose pongs have not been sent.
    private static let maxPendingPings = 512

    private var state = State.header
    private var collected: [UInt8] = []
    /// The payloads of pings whose pongs have not been sent.
    private var pings: [[UInt8]] = []

    /// Whether there are pongs to send.
    var hasPendingPongs: Bool { !pings.isEmpty }

    // MARK: Sending

    /// Wraps bytes in the frame of a binary message, after pending pongs. Without bytes, there is no binary message.
    mutating func frame(_ bytes: inout CurlOutput) {
        guard bytes.count > 0 || !pings.isEmpty else { return }
        var framed = CurlOutput()
        for ping in pings { ping.withUnsafeBytes { Self.append(Opcode.pong, $0, to: &framed) } }
        pings = []
        if bytes.count > 0 { Self.append(Opcode.binary, bytes.bytes, to: &framed) }
        swap(&bytes, &framed)
    }

    /// Appends a frame with an unpredictable mask (section 5.3).
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

    // MARK: Receiving

    /// Parses received bytes, which may be split anywhere, and delivers the payloads of data frames in order, in
    /// pieces.
    ///
    /// - Throws: `badResponse` for a violation of the protocol, `connectionLost` for a close frame.
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
            throw Self.violation("a frame has reserved bits, a mask or an invalid length")
        }
        switch first & 0x0F {
        case Opcode.continuation, Opcode.text, Opcode.binary:
            state = size == 0 ? .header : .data(size)
        case Opcode.close, Opcode.ping, Opcode.pong:
            guard first & 0x80 != 0, size <= 125 else {
                throw Self.violation("a control frame is fragmented or exceeds 125 bytes")
            }
            state = .control(first & 0x0F, Int(size))
            if size == 0 {
                collected.removeAll(keepingCapacity: true)
                try finishControl(first & 0x0F)
            }
        default: throw Self.violation("a frame has an unknown opcode")
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
        // Pongs are sent before the next read; this bounds the pings within one read.
        guard pings.count <= Self.maxPendingPings else {
            throw Self.violation("it sent more than \(Self.maxPendingPings) pings at once")
        }
    }

    private static func violation(_ problem: String) -> CurlError {
        CurlError(kind: .badResponse, message: "the server violated the WebSocket protocol: \(problem)")
    }
}
