// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import MicroCore

/// The error as peers send it: the JSON of go-micro's `errors.Error`,
/// `{"id":"greeter","code":400,"detail":"bad name","status":"Bad Request"}`. swift-micro peers add `details`, an object
/// of strings, which Go ignores.
extension MicroError {
    private struct Wire: Decodable {
        let id: String?
        let code: Int?
        let detail: String?
        let details: Details?
    }

    /// An object whose members are strings. Anything else is omitted, because another peer may use the name
    /// differently.
    private struct Details: Decodable {
        var strings: [String: String] = [:]

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) {
            guard let container = try? decoder.container(keyedBy: Key.self) else { return }
            for key in container.allKeys { strings[key.stringValue] = try? container.decode(String.self, forKey: key) }
        }
    }

    /// The maximum length of the message in ``wireText``, in bytes of UTF-8. The text is sent in a header, whose length
    /// peers limit.
    package static let maxWireDetailLength = 8 * 1024

    /// The maximum length of the `details` object in ``wireText``, in bytes. Entries beyond it are omitted. The limit
    /// suffices for the longest ``details`` in ASCII; escapes need more space.
    package static let maxWireDetailsLength = 24 * 1024

    /// The JSON of this error in one line of ASCII, so that it fits a header. The cause is omitted, and the message is
    /// truncated to ``maxWireDetailLength`` bytes.
    package var wireText: String {
        let detail = Self.prefix(of: message, maxLength: Self.maxWireDetailLength)
        var fields: [(String, String)] = [
            ("id", Self.jsonString(origin)), ("code", String(code.status)), ("detail", Self.jsonString(detail)),
            ("status", Self.jsonString(StatusText.reasonPhrase(of: code.status))),
        ]
        if !details.isEmpty { fields.append(("details", wireDetails)) }
        return Self.jsonObject(fields.map { "\"\($0.0)\":\($0.1)" })
    }

    private var wireDetails: String {
        var members: [String] = []
        var length = 2
        for (key, value) in boundedDetails.sorted(by: { $0.key < $1.key }) {
            let member = "\(Self.jsonString(key)):\(Self.jsonString(value))"
            guard length + member.utf8.count + 1 <= Self.maxWireDetailsLength else { continue }
            length += member.utf8.count + 1
            members.append(member)
        }
        return Self.jsonObject(members)
    }

    private static func jsonObject(_ members: [String]) -> String { "{" + members.joined(separator: ",") + "}" }

    /// Reads an error that a peer sent.
    ///
    /// A text that is not go-micro's JSON is a plain error of a Go handler. It becomes the message of an
    /// ``Code/internal`` error, except `rpc: can't find service|method X`, which is ``Code/notFound``, and Go's `context
    /// deadline exceeded`, which is ``Code/deadlineExceeded``.
    ///
    /// - Parameters:
    ///   - wireText: The received text; it can hold any bytes.
    ///   - origin: The origin for an error without one.
    package init(wireText: String, origin: String) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(wireText.utf8)), let status = wire.code,
            status != 0
        else {
            let isUnknownEndpoint = wireText.hasPrefix("rpc: can't find ")
            // The text of Go's `context.DeadlineExceeded`, which a handler or Go's HTTP client may have wrapped in
            // other text.
            let isTimeout = wireText.contains("context deadline exceeded")
            self.init(
                isUnknownEndpoint ? .notFound : isTimeout ? .deadlineExceeded : .internal, wireText,
                origin: isUnknownEndpoint ? Origin.server : origin)
            return
        }
        let id = wire.id ?? ""
        self.init(Code(status: status), wire.detail ?? "", origin: id.isEmpty ? origin : id)
        isSafeToRetry = isRefusal
        details = wire.details?.strings ?? [:]
        details = boundedDetails
    }

    /// A JSON string in ASCII: implementations treat other bytes in headers differently, and all of them accept
    /// escapes.
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
