// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// The head of a message, whose texts are only there while it is handled.
struct NATSMessageHead {
    let subject: UnsafeRawBufferPointer
    let subscriptionID: UInt64
    let reply: UnsafeRawBufferPointer?
    /// How much of the payload is headers; 0 for a message without.
    let headerSize: Int
}

/// What a server sends beside messages.
enum NATSOperation {
    case info(NATSInfo)
    case ping
    case pong
    case ok
    case error(String)
}

/// Takes what a parser finds.
protocol NATSParserHandler {
    mutating func handle(_ head: NATSMessageHead, payload: UnsafeRawBufferPointer)
    mutating func handle(_ operation: NATSOperation)
}

/// Reads the protocol of NATS from bytes that are split anywhere
/// ([the protocol](https://docs.nats.io/reference/reference-protocols/nats-protocol)). Messages that came whole are handed
/// over where they are, without a copy.
struct NATSParser {
    /// The longest line, in bytes: `INFO` tells of every server of a cluster.
    static let maxLineLength = 256 * 1024
    /// The largest payload; the most that a server can be set to.
    static let maxPayload = 64 * 1024 * 1024

    /// The beginning of what has not come whole.
    private var buffer: [UInt8] = []
    /// How long ``buffer`` becomes when its message is whole; 0 while its line is not.
    private var expectedLength = 0

    private enum Line {
        /// A message, with the size of its payload.
        case message(NATSMessageHead, Int)
        case operation(NATSOperation)
    }

    /// Takes some bytes.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `internal`: this is not NATS. Nothing can be read behind it.
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
            throw Self.violation("a line does not end")
        }
        buffer = Array(rest)
        self.expectedLength = expectedLength
    }

    /// Adds to what is not whole, and handles it once it is.
    private mutating func complete(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ handler: inout some NATSParserHandler
    ) throws(MicroError) {
        if expectedLength == 0 {
            let end = Self.lineEnd(in: rest).map { $0 + 1 } ?? rest.endIndex
            let isWhole = end > rest.startIndex && rest[end - 1] == 0x0A
            guard buffer.count + end - rest.startIndex <= Self.maxLineLength else {
                throw Self.violation("a line does not end")
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

    /// Handles what was kept: a line, or a line and its payload.
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

    /// The payload before its line end.
    private static func payloadWithoutLineEnd(_ payload: Slice<UnsafeRawBufferPointer>) throws(MicroError)
        -> UnsafeRawBufferPointer
    {
        guard payload[payload.endIndex - 2] == 0x0D, payload[payload.endIndex - 1] == 0x0A else {
            throw violation("a message is longer than it says")
        }
        return UnsafeRawBufferPointer(rebasing: payload.dropLast(2))
    }

    // MARK: Lines

    /// Where the next line ends. The library's own search is many times faster than a loop.
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
            guard let info = NATSInfo(parsing: UnsafeRawBufferPointer(rebasing: line[5...])) else {
                throw violation("its introduction is not JSON")
            }
            return .operation(.info(info))
        default: throw violation("a line begins with no operation")
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
            throw violation("a message has wrong arguments")
        }
        let hasReply = count == 3 + sizes
        let (first, second) = hasReply ? (fields.3, fields.4) : (fields.2, fields.3)
        guard let size = number(hasHeaders ? second : first), size <= UInt64(maxPayload),
            let headerSize = hasHeaders ? number(first) : 0, headerSize <= size
        else { throw violation("a message has a wrong size") }
        let head = NATSMessageHead(
            subject: fields.0, subscriptionID: subscriptionID, reply: hasReply ? fields.2 : nil,
            headerSize: Int(headerSize))
        return .message(head, Int(size))
    }

    /// A number of up to 18 digits.
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
            .internal, "the server does not speak the protocol of NATS: \(problem)", origin: MicroError.Origin.broker)
    }
}

extension String {
    fileprivate var droppingQuote: String { hasSuffix("'") ? String(dropLast()) : self }
}
