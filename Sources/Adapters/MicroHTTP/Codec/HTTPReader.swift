// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Parses, without copying, the messages that swift-micro peers send: a POST or its response in HTTP/1.1, with a
/// `Content-Length`.
///
/// All other messages are left unread for SwiftNIO's decoder: chunks, expectations, upgrades, other versions, malformed
/// messages, and messages beyond a limit. SwiftNIO's decoder interprets every message that this reader accepts in the
/// same way.
struct HTTPReader {
    enum Kind {
        case request
        case response
    }

    enum Step {
        case message(HTTPHead, ByteBuffer)
        /// The message is not complete yet.
        case needMoreData
        /// From this message on, the input is for SwiftNIO's decoder.
        case unsupported
    }

    /// The first lines that most messages of one connection share, and the head parsed from them.
    private struct Prefix {
        var bytes = ByteBuffer()
        var head = HTTPHead()
        var size = 0
        var count = 0
    }

    private let kind: Kind
    private let maxHeaderSize: Int
    private let maxBodySize: Int
    private var buffer = ByteBuffer()
    /// The number of bytes that were searched for the end of the head.
    private var scannedByteCount = 0
    /// A head whose body is incomplete, the size of that head, and the length of the body.
    private var pendingMessage: (head: HTTPHead, size: Int, body: Int)?
    private var prefix = Prefix()
    /// Whether the last message announced that no other follows (RFC 9112, section 9.6).
    private var isFinished = false

    init(_ kind: Kind, limits: HTTPConfiguration) {
        self.kind = kind
        maxHeaderSize = limits.maxHeaderSize
        maxBodySize = limits.maxBodySize
    }

    /// Whether there are bytes that do not belong to a returned message.
    var hasBytes: Bool { buffer.readableBytes > 0 }

    /// Removes and returns all bytes from the beginning of the next message.
    mutating func takeUnreadBytes() -> ByteBuffer {
        defer { (buffer, pendingMessage, scannedByteCount) = (ByteBuffer(), nil, 0) }
        return buffer
    }

    mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeImmutableBuffer(bytes) }
    }

    mutating func next() -> Step {
        guard !isFinished else {
            buffer.clear()
            return .needMoreData
        }
        if pendingMessage == nil {
            guard let size = headSize() else {
                // SwiftNIO's decoder rejects a longer head with the right error.
                return scannedByteCount > maxHeaderSize || !hasValidStart ? .unsupported : .needMoreData
            }
            guard let head = readHead(of: size), let length = head.framing.length, length <= maxBodySize else {
                return .unsupported
            }
            pendingMessage = (head, size, length)
        }
        guard let pendingMessage, buffer.readableBytes - pendingMessage.size >= pendingMessage.body else {
            return .needMoreData
        }
        buffer.moveReaderIndex(forwardBy: pendingMessage.size)
        let body = buffer.readSlice(length: pendingMessage.body) ?? ByteBuffer()
        (self.pendingMessage, scannedByteCount) = (nil, 0)
        isFinished = pendingMessage.head.framing.shouldCloseConnection
        return .message(pendingMessage.head, body)
    }

    /// Whether the bytes can be the beginning of a message. Checked early: a peer that uses another protocol may send
    /// nothing more.
    private var hasValidStart: Bool {
        let beginning = kind == .request ? "POST /".utf8 : "HTTP/1.1 ".utf8
        return buffer.readableBytesView.prefix(beginning.count).elementsEqual(beginning.prefix(buffer.readableBytes))
    }

    /// The size of the head including the empty line after it; nil if the empty line has not been received.
    private mutating func headSize() -> Int? {
        let start = scannedByteCount
        let (size, end) = buffer.withUnsafeReadableBytes { bytes -> (Int?, Int) in
            var index = start
            while index < bytes.count {
                guard let lineEnd = bytes[index...].firstIndex(of: 0x0A) else { break }
                if lineEnd >= 3, bytes[lineEnd - 2] == 0x0A, bytes[lineEnd - 1] == 0x0D {
                    return (lineEnd + 1, lineEnd)
                }
                index = lineEnd + 1
            }
            return (nil, bytes.count)
        }
        scannedByteCount = end
        return size
    }

    private mutating func readHead(of size: Int) -> HTTPHead? {
        let known = prefix.bytes.readableBytes
        let isKnown =
            known > 0 && known <= size && buffer.getSlice(at: buffer.readerIndex, length: known) == prefix.bytes
        return buffer.withUnsafeReadableBytes { bytes in
            readHead(UnsafeRawBufferPointer(rebasing: bytes[..<size]), isKnown: isKnown)
        }
    }

    /// - Parameter isKnown: Whether the head begins with the lines of `prefix`.
    private mutating func readHead(_ bytes: UnsafeRawBufferPointer, isKnown: Bool) -> HTTPHead? {
        var (head, size, count, cursor, isKnown) = (HTTPHead(), 0, 0, 0, isKnown)
        if isKnown {
            (head, size, count, cursor) = (prefix.head, prefix.size, prefix.count, prefix.bytes.readableBytes)
        } else {
            guard let end = bytes.endOfLine(from: 0), readStart(bytes.line(0, end), &head) else { return nil }
            cursor = end + 2
        }
        while cursor + 2 < bytes.count {
            guard let end = bytes.endOfLine(from: cursor), let field = HTTPField(bytes.line(cursor, end)) else {
                return nil
            }
            if !isKnown, field.isVolatile {
                // swift-micro peers write the lines that vary last.
                prefix = Prefix(
                    bytes: ByteBuffer(bytes: bytes[..<cursor]), head: head, size: size, count: count)
                isKnown = true
            }
            size += field.name.count + field.value.count
            count += 1
            guard size <= maxHeaderSize, count <= HTTPFieldWriter.maxFieldCount, head.insert(field) else {
                return nil
            }
            cursor = end + 2
        }
        return head
    }

    /// Reads `POST TARGET HTTP/1.1` or `HTTP/1.1 STATUS REASON`.
    private func readStart(_ line: UnsafeRawBufferPointer, _ head: inout HTTPHead) -> Bool {
        switch kind {
        case .request:
            let (verb, version) = ("POST ".utf8, " HTTP/1.1".utf8)
            guard line.count > verb.count + version.count, line.starts(with: verb),
                line.suffix(version.count).elementsEqual(version)
            else { return false }
            let target = line[verb.count..<(line.count - version.count)]
            guard target.first == 0x2F, target.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
            head.target = String(decoding: target, as: UTF8.self)
        case .response:
            let version = "HTTP/1.1 ".utf8
            guard line.count >= version.count + 4, line.starts(with: version), line[version.count + 3] == 0x20,
                line.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
            else { return false }
            let digits = line[version.count..<(version.count + 3)]
            guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
            head.status = digits.reduce(0) { $0 * 10 + Int($1 & 0xF) }
            // Other responses have no body, regardless of their fields, or are followed by another head.
            guard (200..<600).contains(head.status), ![204, 205, 304].contains(head.status) else { return false }
        }
        return true
    }
}

extension UnsafeRawBufferPointer {
    /// The index of the line's carriage return; nil for a line feed or carriage return on its own.
    fileprivate func endOfLine(from start: Int) -> Int? {
        guard let feed = self[start...].firstIndex(of: 0x0A), feed > start, self[feed - 1] == 0x0D else { return nil }
        return feed - 1
    }

    fileprivate func line(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[start..<end])
    }
}
