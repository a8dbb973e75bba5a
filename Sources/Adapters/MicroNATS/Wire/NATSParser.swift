// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// The arguments of `MSG` or `HMSG`. The buffers are valid only while the message is handled.
struct NATSMessageHead {
    let subject: UnsafeRawBufferPointer
    let subscriptionID: UInt64
    let reply: UnsafeRawBufferPointer?
    /// The number of header bytes at the start of the payload; 0 for a message without headers.
    let headerSize: Int
}

/// An operation of a server other than a message.
enum NATSOperation {
    case info(ServerInfo)
    case ping
    case pong
    case ok
    case error(String)
}

/// Handles the operations that a parser reads.
protocol NATSParserHandler {
    mutating func handle(_ head: NATSMessageHead, payload: UnsafeRawBufferPointer)
    mutating func handle(_ operation: NATSOperation)
}

/// Parses the client protocol from chunks that may be split anywhere
/// ([NATS documentation](https://docs.nats.io/reference/reference-protocols/nats-protocol)). A message that is complete
/// in one chunk is delivered without a copy.
struct NATSParser {
    /// The longest line, in bytes. `INFO` lists every server of a cluster.
    static let maxLineLength = 256 * 1024
    /// The largest payload, in bytes: the maximum that a server can be configured with.
    static let maxPayload = 64 * 1024 * 1024

    /// The start of an incomplete line or message.
    private var buffer: [UInt8] = []
    /// The length of the complete message in ``buffer``; 0 while its line is incomplete.
    private var expectedLength = 0

    private enum Line {
        /// A message and the size of its payload.
        case message(NATSMessageHead, Int)
        case operation(NATSOperation)
    }

    /// Parses the next chunk.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `internal`: a protocol violation; nothing more can be parsed
    ///   afterwards.
    mutating func feed(_ bytes: UnsafeRawBufferPointer, to handler: inout some NATSParserHandler) throws(MicroError) {
        var rest = bytes[...]
        while !buffer.isEmpty, !rest.isEmpty { try complete(&rest, &handler) }
        while !rest.isEmpty {
            guard let end = Self.lineEnd(in: rest) else { return try saveRemainder(rest, expectedLength: 0) }
            switch try Self.parse(UnsafeRawBufferPointer(rebasing: rest[..<end])) {
            case .operation(let operation):
                handler.handle(operation)
                rest = rest[(end + 1)...]
            case .message(let head, let size):
                let whole = end + 1 - rest.startIndex + size + 2
                guard rest.count >= whole else { return try saveRemainder(rest, expectedLength: whole) }
                let payload = rest[(end + 1)...].prefix(size + 2)
                handler.handle(head, payload: try Self.payloadWithoutLineEnd(payload))
                rest = rest[(end + 1 + size + 2)...]
            }
        }
    }

    private mutating func saveRemainder(_ rest: Slice<UnsafeRawBufferPointer>, expectedLength: Int) throws(MicroError) {
        guard expectedLength > 0 || rest.count <= Self.maxLineLength else {
            throw Self.violation("a line is longer than the limit")
        }
        buffer = Array(rest)
        self.expectedLength = expectedLength
    }

    /// Completes the buffered line or message, and handles it once it is complete.
    private mutating func complete(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ handler: inout some NATSParserHandler
    ) throws(MicroError) {
        if expectedLength == 0 {
            let end = Self.lineEnd(in: rest).map { $0 + 1 } ?? rest.endIndex
            let isWhole = end > rest.startIndex && rest[end - 1] == 0x0A
            guard buffer.count + end - rest.startIndex <= Self.maxLineLength else {
                throw Self.violation("a line is longer than the limit")
            }
            buffer.append(contentsOf: rest[..<end])
            rest = rest[end...]
            guard isWhole else { return }
        } else {
            let piece = rest.prefix(expectedLength - buffer.count)
            buffer.append(contentsOf: piece)
            rest = rest.dropFirst(piece.count)
            guard buffer.count == expectedLength else { return }
        }
        let whole = buffer
        try whole.withUnsafeBytes { bytes in
            Result { () throws(MicroError) in try finish(bytes, &handler) }
        }.get()
    }

    /// Handles the buffered line, or the buffered line and its payload.
    private mutating func finish(
        _ bytes: UnsafeRawBufferPointer, _ handler: inout some NATSParserHandler
    ) throws(MicroError) {
        let end = bytes.firstIndex(of: 0x0A) ?? bytes.endIndex
        switch try Self.parse(UnsafeRawBufferPointer(rebasing: bytes[..<end])) {
        case .operation(let operation): handler.handle(operation)
        case .message(let head, let size):
            guard expectedLength > 0 else {
                expectedLength = end + 1 + size + 2
                return
            }
            handler.handle(head, payload: try Self.payloadWithoutLineEnd(bytes[(end + 1)...]))
        }
        buffer.removeAll(keepingCapacity: buffer.capacity <= Self.maxLineLength)
        expectedLength = 0
    }

    /// The payload without its line end.
    private static func payloadWithoutLineEnd(_ payload: Slice<UnsafeRawBufferPointer>) throws(MicroError)
        -> UnsafeRawBufferPointer
    {
        guard payload[payload.endIndex - 2] == 0x0D, payload[payload.endIndex - 1] == 0x0A else {
            throw violation("a payload is longer than announced")
        }
        return UnsafeRawBufferPointer(rebasing: payload.dropLast(2))
    }

    // MARK: Lines

    /// The index of the next line end. `memchr` is many times faster than a loop.
    private static func lineEnd(in bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard let start = UnsafeRawBufferPointer(rebasing: bytes).baseAddress,
            let end = memchr(start, 0x0A, bytes.count)
        else { return nil }
        return bytes.startIndex + (UnsafeRawPointer(end) - start)
    }

    /// - Parameter line: Without its `\n`.
    private static func parse(_ line: UnsafeRawBufferPointer) throws(MicroError) -> Line {
        let line = line.last == 0x0D ? UnsafeRawBufferPointer(rebasing: line.dropLast()) : line
        switch line.first {
        case UInt8(ascii: "M") where line.starts(with: "MSG ".utf8): return try message(line[4...], hasHeaders: false)
        case UInt8(ascii: "H") where line.starts(with: "HMSG ".utf8): return try message(line[5...], hasHeaders: true)
        case UInt8(ascii: "P") where line.elementsEqual("PING".utf8): return .operation(.ping)
        case UInt8(ascii: "P") where line.elementsEqual("PONG".utf8): return .operation(.pong)
        case UInt8(ascii: "+"): return .operation(.ok)
        case UInt8(ascii: "-") where line.starts(with: "-ERR".utf8):
            let text = String(decoding: line.dropFirst(4).prefix(500), as: UTF8.self)
            return .operation(.error(text.trimmingPrefix { " '".contains($0) }.description.droppingQuote))
        case UInt8(ascii: "I") where line.starts(with: "INFO ".utf8):
            guard let info = ServerInfo(parsing: UnsafeRawBufferPointer(rebasing: line[5...])) else {
                throw violation("INFO is not valid JSON")
            }
            return .operation(.info(info))
        default: throw violation("unknown operation")
        }
    }

    /// `subject sid [reply] [header size] size`
    private static func message(
        _ arguments: Slice<UnsafeRawBufferPointer>, hasHeaders: Bool
    ) throws(MicroError) -> Line {
        var fields:
            (
                UnsafeRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer,
                UnsafeRawBufferPointer
            )
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        fields = (none, none, none, none, none)
        var (count, start) = (0, arguments.startIndex)
        func field(_ end: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: arguments[start..<end]) }
        for index in arguments.startIndex...arguments.endIndex {
            let isEnd = index == arguments.endIndex || arguments[index] == 0x20 || arguments[index] == 0x09
            guard isEnd else { continue }
            if index > start {
                switch count {
                case 0: fields.0 = field(index)
                case 1: fields.1 = field(index)
                case 2: fields.2 = field(index)
                case 3: fields.3 = field(index)
                case 4: fields.4 = field(index)
                default: throw violation("a message has too many arguments")
                }
                count += 1
            }
            start = index + 1
        }
        let sizes = hasHeaders ? 2 : 1
        guard count == 2 + sizes || count == 3 + sizes, let subscriptionID = number(fields.1) else {
            throw violation("a message has invalid arguments")
        }
        let hasReply = count == 3 + sizes
        let (first, second) = hasReply ? (fields.3, fields.4) : (fields.2, fields.3)
        guard let size = number(hasHeaders ? second : first), size <= UInt64(maxPayload),
            let headerSize = hasHeaders ? number(first) : 0, headerSize <= size
        else { throw violation("a message has an invalid size") }
        let head = NATSMessageHead(
            subject: fields.0, subscriptionID: subscriptionID, reply: hasReply ? fields.2 : nil,
            headerSize: Int(headerSize))
        return .message(head, Int(size))
    }

    /// Parses a number of at most 18 digits.
    private static func number(_ digits: UnsafeRawBufferPointer) -> UInt64? {
        guard (1...18).contains(digits.count) else { return nil }
        var number: UInt64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            number = number * 10 + UInt64(digit - 0x30)
        }
        return number
    }

    private static func violation(_ problem: String) -> MicroError {
        MicroError(
            .internal, "the server violates the NATS protocol: \(problem)", origin: MicroError.Origin.broker)
    }
}

extension String {
    fileprivate var droppingQuote: String { hasSuffix("'") ? String(dropLast()) : self }
}
