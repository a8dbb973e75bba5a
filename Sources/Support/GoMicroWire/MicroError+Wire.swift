// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import MicroCore

/// The error as peers send it: the JSON of go-micro's `errors.Error`,
/// `{"id":"greeter","code":400,"detail":"bad name","status":"Bad Request"}`.
extension MicroError {
    private struct Wire: Decodable {
        let id: String?
        let code: Int?
        let detail: String?
    }

    /// The maximum length of the message in ``wireText``, in bytes of UTF-8. The text travels in a header, whose length
    /// peers limit.
    package static let maxWireDetailLength = 8 * 1024

    /// The JSON of this error in one line of ASCII, so that it fits a header. The cause is left out, and the message is cut
    /// after ``maxWireDetailLength`` bytes.
    package var wireText: String {
        let detail = String(decoding: message.utf8.prefix(Self.maxWireDetailLength), as: UTF8.self)
        let fields: [(String, String)] = [
            ("id", Self.jsonString(origin)), ("code", String(code.status)), ("detail", Self.jsonString(detail)),
            ("status", Self.jsonString(StatusText.reasonPhrase(of: code.status))),
        ]
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    /// Reads an error that a peer sent.
    ///
    /// A text that is not go-micro's JSON is a plain error of a Go handler. It becomes the message of an
    /// ``Code/internal`` error, except `rpc: can't find service|method X`, which is ``Code/notFound``, and Go's `context
    /// deadline exceeded`, which is ``Code/deadlineExceeded``.
    ///
    /// - Parameters:
    ///   - wireText: The received text; it can hold any bytes.
    ///   - origin: The origin of an error that does not name one.
    package init(wireText: String, origin: String) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(wireText.utf8)), let status = wire.code,
            status != 0
        else {
            let isUnknownEndpoint = wireText.hasPrefix("rpc: can't find ")
            // The text of Go's `context.DeadlineExceeded`, which a handler may have put others in front of.
            let isTimeout = wireText.hasSuffix("context deadline exceeded")
            self.init(
                isUnknownEndpoint ? .notFound : isTimeout ? .deadlineExceeded : .internal, wireText,
                origin: isUnknownEndpoint ? Origin.server : origin)
            return
        }
        let id = wire.id ?? ""
        self.init(Code(status: status), wire.detail ?? "", origin: id.isEmpty ? origin : id)
        isSafeToRetry = isRefusal
    }

    /// A JSON string in ASCII: header implementations do not agree on other bytes, and escapes pass all of them.
    private static func jsonString(_ text: String) -> String {
        var string = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: string += "\\\""
            case 0x5C: string += "\\\\"
            case 0x0A: string += "\\n"
            case 0x0D: string += "\\r"
            case 0x09: string += "\\t"
            case 0x20...0x7E: string.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let hex = String(unit, radix: 16)
                string += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            }
        }
        return string + "\""
    }
}
