// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What the head of a message says.
struct HTTPHead {
    /// The target of a request; empty for a response.
    var target = ""
    /// The status of a response; 0 for a request.
    var status = 0
    var fields = HTTPFields()
}

/// Reads the messages that peers of this toolkit send, in place: HTTP/1.1, a POST or its answer, a `Content-Length`.
///
/// It takes only what is beyond doubt. Everything else is left, unread, to the complete codec: chunks, expectations,
/// upgrades, other versions, whatever is malformed or beyond a limit. What it takes the other reads in the same way.
struct HTTPReader {
    enum Kind {
        case request
        case response
    }

    enum Step {
        case message(HTTPHead, ByteBuffer)
        /// There is no whole message yet.
        case needMoreData
        /// The rest is for the complete codec, from the beginning of this message on.
        case unsupported
    }

    /// Lines that the messages of one connection mostly begin with, and what was read from them.
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
    /// So many bytes were searched for the end of the head.
    private var scannedByteCount = 0
    /// The head that was read, and the length of the body that has not come yet.
    private var pendingMessage: (head: HTTPHead, size: Int, body: Int)?
    private var prefix = Prefix()
    /// Whether the last message has said that no other follows it (RFC 9112, section 9.6).
    private var isFinished = false

    init(_ kind: Kind, limits: HTTPConfiguration) {
        self.kind = kind
        maxHeaderSize = limits.maxHeaderSize
        maxBodySize = limits.maxBodySize
    }

    /// Whether there are bytes that were not given out.
    var hasBytes: Bool { buffer.readableBytes > 0 }

    /// Everything that was not given out, from the beginning of a message on.
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
                // What is longer is refused by the other codec, with the right answer.
                return scannedByteCount > maxHeaderSize || !hasValidStart ? .unsupported : .needMoreData
            }
            guard let head = readHead(of: size), let length = head.fields.length, length <= maxBodySize else {
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
        isFinished = pendingMessage.head.fields.shouldCloseConnection
        return .message(pendingMessage.head, body)
    }

    /// Whether what has come may become a message: who speaks another protocol may send nothing more.
    private var hasValidStart: Bool {
        let beginning = kind == .request ? "POST /".utf8 : "HTTP/1.1 ".utf8
        return buffer.readableBytesView.prefix(beginning.count).elementsEqual(beginning.prefix(buffer.readableBytes))
    }

    /// The size of the head with the empty line behind it, once that is there.
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

    /// - Parameter isKnown: Whether it begins with the prefix.
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
                // The next message on this connection begins in the same way, unless a stranger writes it.
                prefix = Prefix(
                    bytes: ByteBuffer(bytes: bytes[..<cursor]), head: head, size: size, count: count)
                isKnown = true
            }
            size += field.name.count + field.value.count
            count += 1
            guard size <= maxHeaderSize, count <= HTTPMessageEncoding.maxFieldCount, head.fields.insert(field) else {
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
            // Others have no body, whatever their fields say, or are followed by another head.
            guard (200..<600).contains(head.status), ![204, 205, 304].contains(head.status) else { return false }
        }
        return true
    }
}

/// A field as it is on the wire, without the blanks around its value.
struct HTTPField {
    let name: UnsafeRawBufferPointer
    let value: UnsafeRawBufferPointer
    let transportField: HTTPFields.Name?

    /// Nil for what is not beyond doubt.
    init?(_ line: UnsafeRawBufferPointer) {
        guard let colon = line.firstIndex(of: 0x3A), colon > 0 else { return nil }
        name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        var (start, end) = (colon + 1, line.count)
        while start < end, HTTPFields.isWhitespace(line[start]) { start += 1 }
        while end > start, HTTPFields.isWhitespace(line[end - 1]) { end -= 1 }
        value = UnsafeRawBufferPointer(rebasing: line[start..<end])
        guard HTTPMessageEncoding.isToken(name), value.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
            return nil
        }
        transportField = HTTPFields.transportField(name)
    }

    /// Whether it differs from message to message.
    var isVolatile: Bool {
        switch transportField {
        case .id, .timeout, .length, .error, nil: true
        default: false
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Where the CR of the line is; nil if a line feed or carriage return stands alone.
    fileprivate func endOfLine(from start: Int) -> Int? {
        guard let feed = self[start...].firstIndex(of: 0x0A), feed > start, self[feed - 1] == 0x0D else { return nil }
        return feed - 1
    }

    fileprivate func line(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[start..<end])
    }
}
