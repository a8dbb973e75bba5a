// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import MicroCore

/// The error as peers send it: the JSON of go-micro's `errors.Error`,
/// `{"id":"greeter","code":400,"detail":"bad name","status":"Bad Request"}`.
extension MicroError {
    private struct Wire: Codable {
        var id: String?
        var code: Int?
        var detail: String?
        var status: String?
    }

    /// The longest text that ``wireText`` carries, in bytes of UTF-8: it travels in a header, and peers limit those.
    package static let maxWireDetailLength = 8 * 1024

    /// The JSON of this error, in one line of ASCII, so that it fits a header. `cause` is left out, and a message
    /// beyond 8 KiB is cut.
    package var wireText: String {
        let detail = String(decoding: message.utf8.prefix(Self.maxWireDetailLength), as: UTF8.self)
        let fields: [(String, String)] = [
            ("id", Self.jsonStringLiteral(origin)), ("code", String(code.status)),
            ("detail", Self.jsonStringLiteral(detail)),
            ("status", Self.jsonStringLiteral(StatusText.reasonPhrase(of: code.status))),
        ]
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    /// Reads an error that a peer sent.
    ///
    /// A text that is not go-micro's JSON is a plain error of a Go handler: it becomes the message of an
    /// ``Code/internal`` error, but for go-micro's `rpc: can't find service|method X`, which is ``Code/notFound``.
    ///
    /// - Parameters:
    ///   - wireText: The text that came, any bytes.
    ///   - origin: Who to name when the text does not say.
    package init(wireText: String, origin: String) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(wireText.utf8)), wire.code ?? 0 != 0 else {
            let isUnknownEndpoint = wireText.hasPrefix("rpc: can't find ")
            self.init(
                isUnknownEndpoint ? .notFound : .internal, wireText,
                origin: isUnknownEndpoint ? Origin.server : origin)
            return
        }
        let code = Code(status: wire.code ?? 500)
        let id = wire.id ?? ""
        self.init(code, wire.detail ?? "", origin: id.isEmpty ? origin : id)
        isSafeToRetry = isRefusal
    }

    /// A JSON string literal in ASCII: escapes beyond it travel through every header implementation.
    private static func jsonStringLiteral(_ text: String) -> String {
        var literal = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: literal += "\\\""
            case 0x5C: literal += "\\\\"
            case 0x0A: literal += "\\n"
            case 0x0D: literal += "\\r"
            case 0x09: literal += "\\t"
            case 0x20...0x7E: literal.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let hex = String(unit, radix: 16)
                literal += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            }
        }
        return literal + "\""
    }
}
