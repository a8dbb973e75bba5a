// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore
import NIOCore

/// What a client sends, appended to what waits to be sent.
extension CurlOutput {
    /// A message. Subject, reply and headers have been checked.
    mutating func appendPublish(_ message: BrokerMessage, to subject: String, reply: String? = nil) {
        let headerSize = message.headers.isEmpty ? 0 : NATSHeaderBlock.size(of: message.headers)
        let size = headerSize + message.body.readableBytes
        // The operation, two sizes of 20 digits at most, spaces and line ends.
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

    /// Who the client is. It holds secrets.
    mutating func appendConnect(_ login: NATSLogin, usesTLS: Bool) {
        var options = Connect(usesTLS: usesTLS)
        switch login {
        case .anonymous: break
        case .user(let name, let password): (options.user, options.password) = (name, password.reveal())
        case .token(let token): options.token = token.reveal()
        }
        // Only texts and truth values are in it: encoding them cannot fail.
        let json = (try? JSONEncoder().encode(options)) ?? Data()
        append("CONNECT ")
        json.withUnsafeBytes { append($0) }
        appendLineEnd()
    }

    /// See [CONNECT](https://docs.nats.io/reference/reference-protocols/nats-protocol#connect).
    private struct Connect: Encodable {
        var verbose = false
        var pedantic = false
        var usesTLS: Bool
        var name = "swift-micro"
        var language = "swift"
        var version = "0.1.0"
        /// 1: servers that come and go may be told of.
        var level = 1
        var echo = true
        var headers = true
        var supportsNoResponders = true
        var user: String?
        var password: String?
        var token: String?

        init(usesTLS: Bool) { self.usesTLS = usesTLS }

        private enum CodingKeys: String, CodingKey {
            case verbose, pedantic, name, version, echo, headers, user
            case usesTLS = "tls_required"
            case language = "lang"
            case level = "protocol"
            case supportsNoResponders = "no_responders"
            case password = "pass"
            case token = "auth_token"
        }
    }

    private mutating func appendLineEnd() { append("\r\n") }
}

/// Writes the pieces of a message one behind the other, into memory that is large enough for them.
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
        // In place where that is possible, which it is but for texts of Objective-C.
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

    /// Behind a blank.
    mutating func write(word: String) {
        write(0x20)
        write(word)
    }

    /// In decimal digits, behind a blank. It is not negative.
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
