// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// What may be sent over HTTP, whatever is said with it.
enum HTTPMessageEncoding {
    /// How many fields of our own there are at most.
    private static let maxTransportFieldCount = 16

    /// Checks the user's headers and writes them.
    ///
    /// - Parameter size: The bytes that the other fields have at most.
    static func write(
        _ headers: Headers, to buffer: inout ByteBuffer, reservedSize size: Int, limit: Int, origin: String
    ) throws(MicroError) {
        guard !headers.isEmpty else { return }
        func refuse(_ problem: String) -> MicroError {
            MicroError(.invalidArgument, problem, origin: origin, isSafeToRetry: true)
        }
        var size = size
        for (name, value) in headers {
            guard isToken(name.utf8) else { throw refuse("\(quoted(name)) is not a name for a header") }
            guard HTTPFields.transportField(name.utf8) == nil else {
                throw refuse("the header \(name) belongs to the transport: choose another name")
            }
            guard isValue(value) else {
                throw refuse("the value of the header \(name) has control characters, or blanks around it")
            }
            size += name.utf8.count + value.utf8.count
            write(name, value, to: &buffer)
        }
        let count = headers.count + maxTransportFieldCount
        guard size <= limit, count <= maxFieldCount else {
            throw refuse(
                "the header has about \(count) fields of \(size) bytes: the limit is \(maxFieldCount) of \(limit)")
        }
    }

    /// Writes a field.
    static func write(_ name: String, _ value: String, to buffer: inout ByteBuffer) {
        buffer.writeString(name)
        buffer.writeStaticString(": ")
        buffer.writeString(value)
        buffer.writeStaticString("\r\n")
    }

    /// Checks the value of a field of ours.
    static func check(_ value: String, as name: String, origin: String) throws(MicroError) {
        guard !value.isEmpty, isValue(value) else {
            throw MicroError(
                .invalidArgument, "\(quoted(value)) cannot be sent as \(name)", origin: origin, isSafeToRetry: true)
        }
    }

    /// Checks a body against the limit.
    static func checkBody(
        _ body: ByteBuffer, of what: @autoclosure () -> String, limit: Int, origin: String
    ) throws(MicroError) {
        guard body.readableBytes <= limit else {
            throw MicroError(
                .payloadTooLarge, "the body of the \(what()) has \(body.readableBytes) bytes: the limit is \(limit)",
                origin: origin, isSafeToRetry: true)
        }
    }

    /// The number of fields in a header, ours included.
    static let maxFieldCount = 256

    /// The code for a status of somebody who is no peer of this toolkit: what only says that this is the wrong place is
    /// not taken for an answer of one.
    static func code(forStatus status: Int) -> MicroError.Code {
        switch status {
        case 401, 403, 413, 429, 502, 503, 504: MicroError.Code(status: status)
        default: .internal
        }
    }

    /// What stands behind a status (RFC 9110, section 15). Nobody reads it but people.
    static func reason(of status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Payload Too Large"
        case 429: "Too Many Requests"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        default: "Error"
        }
    }

    /// Whether a text is a token (RFC 9110, section 5.6.2).
    static func isToken(_ text: some Collection<UInt8>) -> Bool {
        !text.isEmpty
            && text.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
                default: false
                }
            }
    }

    /// Whether a text arrives as it was sent: a field's value has no control characters but the tab, and blanks around
    /// it are not part of it (RFC 9110, section 5.5).
    private static func isValue(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.first != 0x20, bytes.first != 0x09, bytes.last != 0x20, bytes.last != 0x09 else { return false }
        return bytes.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    /// The text in quotes, short and without control characters.
    private static func quoted(_ text: String) -> String {
        "\"\(String(String.UnicodeScalarView(text.unicodeScalars.prefix(80).map { $0.value < 0x20 ? "?" : $0 })))\""
    }
}

extension ByteBuffer {
    /// Writes a number that is not negative.
    mutating func writeDecimal(_ number: Int) {
        // 19 digits are the most.
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var (rest, index) = (number, digits.count)
            repeat {
                index -= 1
                digits[index] = 0x30 + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            writeBytes(UnsafeRawBufferPointer(rebasing: digits[index...]))
        }
    }

    /// A head with its body behind it, as one or, where copying would cost more than a second write, as two.
    func coalesced(with body: ByteBuffer) -> (ByteBuffer, ByteBuffer?) {
        guard body.readableBytes <= 16 * 1024 else { return (self, body) }
        var both = self
        both.writeImmutableBuffer(body)
        return (both, nil)
    }
}
