// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// What may be sent over HTTP, whatever is said with it.
enum HTTPWire {
    /// Fields in the order in which they are sent.
    typealias Fields = [(String, String)]

    /// Checks the user's headers and adds them.
    static func append(_ headers: Headers, to fields: inout Fields, limit: Int, origin: String) throws(MicroError) {
        func refuse(_ problem: String) -> MicroError {
            MicroError(.invalidArgument, problem, origin: origin, isSafeToRetry: true)
        }
        for (name, value) in headers {
            guard isToken(name) else { throw refuse("\(shown(name)) is not a name for a header") }
            guard HTTPFields.own(name) == nil else {
                throw refuse("the header \(name) belongs to the transport: choose another name")
            }
            guard isValue(value) else {
                throw refuse("the value of the header \(name) has control characters, or blanks around it")
            }
            fields.append((name, value))
        }
        let size = fields.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count }
        guard size <= limit, fields.count <= largestCount else {
            throw refuse(
                "the header has \(fields.count) fields of \(size) bytes: the limit is \(largestCount) of \(limit)")
        }
    }

    /// Checks the value of a field of ours.
    static func check(_ value: String, as name: String, origin: String) throws(MicroError) {
        guard !value.isEmpty, isValue(value) else {
            throw MicroError(
                .invalidArgument, "\(shown(value)) cannot be sent as \(name)", origin: origin, isSafeToRetry: true)
        }
    }

    /// Checks a body against the limit.
    static func checkBody(_ body: ByteBuffer, of what: String, limit: Int, origin: String) throws(MicroError) {
        guard body.readableBytes <= limit else {
            throw MicroError(
                .payloadTooLarge, "the body of the \(what) has \(body.readableBytes) bytes: the limit is \(limit)",
                origin: origin, isSafeToRetry: true)
        }
    }

    /// The number of fields in a header, ours included.
    static let largestCount = 256

    /// The code for a status of somebody who is no peer of this toolkit: what only says that this is the wrong place is
    /// not taken for an answer of one.
    static func code(ofForeign status: Int) -> MicroError.Code {
        switch status {
        case 401, 403, 413, 429, 502, 503, 504: MicroError.Code(status: status)
        default: .internal
        }
    }

    /// Whether a text is a token (RFC 9110, section 5.6.2).
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
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
    private static func shown(_ text: String) -> String {
        "\"\(String(String.UnicodeScalarView(text.unicodeScalars.prefix(80).map { $0.value < 0x20 ? "?" : $0 })))\""
    }
}
