// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// Writes fields, and checks that nothing is sent that violates HTTP or a limit.
enum HTTPFieldWriter {
    /// The maximum number of fields in a head, including the transport's own fields.
    static let maxFieldCount = 256

    /// The maximum number of the transport's own fields.
    private static let maxTransportFieldCount = 16

    /// Checks the user's headers and writes them.
    ///
    /// - Parameters:
    ///   - size: An upper bound on the bytes of the transport's fields.
    ///   - limit: The maximum size of all fields in bytes.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`, safe to retry.
    static func write(
        _ headers: Headers, to buffer: inout ByteBuffer, reservedSize size: Int, limit: Int, origin: String
    ) throws(MicroError) {
        guard !headers.isEmpty else { return }
        func refuse(_ problem: String) -> MicroError {
            MicroError(.invalidArgument, problem, origin: origin, isSafeToRetry: true)
        }
        var size = size
        for (name, value) in headers {
            guard name.utf8.isToken else { throw refuse("\(quoted(name)) is not a valid header name") }
            guard HTTPFieldName(name) == nil else {
                throw refuse("the header \(name) is reserved for the transport: choose another name")
            }
            guard isValue(value) else {
                throw refuse("the value of the header \(name) has control characters or surrounding white space")
            }
            size += name.utf8.count + value.utf8.count
            write(name, value, to: &buffer)
        }
        let count = headers.count + maxTransportFieldCount
        guard size <= limit, count <= maxFieldCount else {
            throw refuse(
                "the headers have about \(count) fields and \(size) bytes: the limits are \(maxFieldCount) and \(limit)"
            )
        }
    }

    /// Writes a field.
    static func write(_ name: String, _ value: String, to buffer: inout ByteBuffer) {
        buffer.writeString(name)
        buffer.writeStaticString(": ")
        buffer.writeString(value)
        buffer.writeStaticString("\r\n")
    }

    /// Checks the value of one of the transport's own fields.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`, safe to retry.
    static func check(_ value: String, as name: String, origin: String) throws(MicroError) {
        guard !value.isEmpty, isValue(value) else {
            throw MicroError(
                .invalidArgument, "\(quoted(value)) cannot be sent as \(name)", origin: origin, isSafeToRetry: true)
        }
    }

    /// Checks a body against the limit.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `payloadTooLarge`, safe to retry.
    static func checkBody(
        _ body: ByteBuffer, of subject: @autoclosure () -> String, limit: Int, origin: String
    ) throws(MicroError) {
        guard body.readableBytes <= limit else {
            throw MicroError(
                .payloadTooLarge, "the body of the \(subject()) has \(body.readableBytes) bytes: the limit is \(limit)",
                origin: origin, isSafeToRetry: true)
        }
    }

    /// Whether a value is received unchanged. Spaces and tabs around a value are not part of it (RFC 9110, section
    /// 5.5).
    private static func isValue(_ text: String) -> Bool {
        let bytes = text.utf8
        return bytes.first?.isBlank != true && bytes.last?.isBlank != true && bytes.isFieldValue
    }

    /// The text in quotes, at most 80 characters and without control characters.
    private static func quoted(_ text: String) -> String {
        "\"\(String(String.UnicodeScalarView(text.unicodeScalars.prefix(80).map { $0.value < 0x20 ? "?" : $0 })))\""
    }
}
