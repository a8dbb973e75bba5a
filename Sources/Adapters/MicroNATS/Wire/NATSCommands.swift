// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore
import NIOCore

/// The commands of a client, encoded into the send buffer.
extension CurlOutput {
    /// Publishes a message. The caller has validated subject, reply and headers.
    mutating func appendPublish(_ message: BrokerMessage, to subject: String, reply: String? = nil) {
        let headerSize = message.headers.isEmpty ? 0 : NATSHeaderBlock.size(of: message.headers)
        let size = headerSize + message.body.readableBytes
        // The rest is the operation, two sizes of at most 20 digits, spaces and line ends.
        append(upTo: subject.utf8.count + (reply?.utf8.count ?? 0) + size + 64) { memory in
            var writer = NATSWriter(memory)
            writer.write(headerSize == 0 ? "PUB" : "HPUB")
            writer.write(word: subject)
            if let reply { writer.write(word: reply) }
            if headerSize > 0 { writer.write(word: headerSize) }
            writer.write(word: size)
            writer.endLine()
            if headerSize > 0 { writer.write(message.headers) }
            message.body.withUnsafeReadableBytes { writer.write($0) }
            writer.endLine()
            return writer.count
        }
    }

    mutating func appendSubscribe(to subject: String, queue: String?, as id: UInt64) {
        append("SUB \(subject) \(queue.map { "\($0) " } ?? "")\(id)\r\n")
    }

    mutating func appendUnsubscribe(_ id: UInt64) { append("UNSUB \(id)\r\n") }

    mutating func appendPing() { append("PING\r\n") }

    mutating func appendPong() { append("PONG\r\n") }

    /// The description of the client, which contains secrets.
    mutating func appendConnect(_ options: ConnectOptions) {
        // It consists of strings, numbers and booleans, so encoding it cannot fail.
        let json = (try? JSONEncoder().encode(options)) ?? Data()
        append("CONNECT ")
        json.withUnsafeBytes { append($0) }
        append("\r\n")
    }
}

/// Writes the parts of a command into a buffer that is large enough for all of them.
private struct NATSWriter {
    private let start: UnsafeMutableRawPointer
    private(set) var count = 0

    init(_ start: UnsafeMutableRawPointer) { self.start = start }

    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        (start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    mutating func write(_ text: String) {
        // Makes no copy, except for strings bridged from Objective-C.
        let isWritten: Void? = text.utf8.withContiguousStorageIfAvailable { write(UnsafeRawBufferPointer($0)) }
        if isWritten == nil { Array(text.utf8).withUnsafeBytes { write($0) } }
    }

    mutating func write(_ literal: StaticString) {
        (start + count).copyMemory(from: literal.utf8Start, byteCount: literal.utf8CodeUnitCount)
        count += literal.utf8CodeUnitCount
    }

    mutating func write(_ byte: UInt8) {
        start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    mutating func endLine() {
        write(0x0D)
        write(0x0A)
    }

    /// Writes a space and a word.
    mutating func write(word: String) {
        write(0x20)
        write(word)
    }

    /// Writes a space and a number of zero or more, in decimal digits.
    mutating func write(word number: Int) {
        write(0x20)
        var (rest, digits) = (number / 10, 1)
        while rest > 0 { (rest, digits) = (rest / 10, digits + 1) }
        rest = number
        for offset in (0..<digits).reversed() {
            start.storeBytes(
                of: 0x30 + UInt8(truncatingIfNeeded: rest % 10), toByteOffset: count + offset, as: UInt8.self)
            rest /= 10
        }
        count += digits
    }

    mutating func write(_ headers: Headers) {
        write("NATS/1.0\r\n")
        for (name, value) in headers {
            write(name)
            write(": ")
            write(value)
            endLine()
        }
        endLine()
    }
}
