// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore

/// The meaning of a field's name for the transport: go-micro's names, and names defined by HTTP.
enum HTTPFieldName {
    case goMicro(GoMicroHeaders.TransportFieldName)
    case length
    case encoding
    case connection
    /// HTTP fields that change how a message must be read.
    case framing
    case userAgent
    /// HTTP fields that are not relevant here.
    case reserved

    /// Nil for a user's field.
    init?(_ name: UnsafeRawBufferPointer) {
        if let index = Self.table[name] {
            self = Self.known[index].name
        } else {
            guard Self.reservedPrefixes.contains(where: { Self.isPrefix($0, of: name) }) else { return nil }
            self = .reserved
        }
    }

    /// Nil for a user's field.
    init?(_ name: String) {
        var name = name
        guard let known = name.withUTF8({ Self(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = known
    }

    private static func isPrefix(_ prefix: [UInt8], of name: UnsafeRawBufferPointer) -> Bool {
        name.count >= prefix.count && prefix.indices.allSatisfy { name[$0].asciiLowercased == prefix[$0] }
    }

    private static let reservedPrefixes = ["content-", "accept-"].map { Array($0.utf8) }

    private static let table = FieldNameTable(known.map(\.text))

    private static let known: [(text: String, name: HTTPFieldName)] = {
        let names: [(text: String, name: HTTPFieldName)] = [
            ("Content-Length", .length), ("Transfer-Encoding", .encoding), ("Connection", .connection),
            ("Expect", .framing), ("Upgrade", .framing), ("TE", .framing), ("Trailer", .framing), ("Host", .reserved),
            ("Keep-Alive", .reserved), ("Proxy-Connection", .reserved), ("User-Agent", .userAgent),
        ]
        return names + GoMicroHeaders.transportFields.map { ($0.text, .goMicro($0.name)) }
    }()
}

extension Collection<UInt8> {
    /// Whether two texts are equal except for the case of ASCII letters.
    ///
    /// - Parameter text: In lower case.
    func isEqualIgnoringCase(to text: some Collection<UInt8>) -> Bool {
        count == text.count
            && zip(self, text).allSatisfy { $0 == $1 || ((0x41...0x5A).contains($0) && $0 | 0x20 == $1) }
    }

    /// Whether a text is a token (RFC 9110, section 5.6.2).
    var isToken: Bool {
        !isEmpty
            && allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
                default: false
                }
            }
    }

    /// Whether a text has no control characters except tabs, as the value of a field (RFC 9110, section 5.5).
    var isFieldValue: Bool { allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) } }
}
