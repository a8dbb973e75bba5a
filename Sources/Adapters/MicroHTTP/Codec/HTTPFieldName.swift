// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire

/// The meaning of a field's name for the transport: go-micro's names, and HTTP's own.
enum HTTPFieldName {
    case goMicro(GoMicroHeaders.TransportFieldName)
    case length
    case encoding
    case connection
    /// HTTP's own, which change how a message has to be read.
    case framing
    /// HTTP's own, of no interest here.
    case reserved

    /// Nil for a user's field.
    init?(_ name: some Collection<UInt8>) {
        let length = name.count
        if length < Self.known.count,
            let match = Self.known[length].first(where: { name.isEqualIgnoringCase(to: $0.text) })
        {
            self = match.name
            return
        }
        let isReserved = Self.reservedPrefixes.contains { prefix in
            length >= prefix.count && zip(name, prefix).allSatisfy { $0 | 0x20 == $1 }
        }
        guard isReserved else { return nil }
        self = .reserved
    }

    private static let reservedPrefixes = ["content-", "accept-"].map { Array($0.utf8) }

    /// By length, so that most of a user's fields are recognized without a comparison.
    private static let known: [[(text: [UInt8], name: HTTPFieldName)]] = {
        let goMicro = GoMicroHeaders.transportFields.map {
            (text: Array($0.text.lowercased().utf8), name: Self.goMicro($0.name))
        }
        let names: [(String, HTTPFieldName)] = [
            ("content-length", .length), ("transfer-encoding", .encoding), ("connection", .connection),
            ("expect", .framing), ("upgrade", .framing), ("te", .framing), ("trailer", .framing), ("host", .reserved),
            ("keep-alive", .reserved), ("proxy-connection", .reserved), ("user-agent", .reserved),
        ]
        let byLength = Dictionary(grouping: goMicro + names.map { (text: Array($0.0.utf8), name: $0.1) }) {
            $0.text.count
        }
        return (0...(byLength.keys.max() ?? 0)).map { byLength[$0] ?? [] }
    }()
}

extension Collection<UInt8> {
    /// Whether a text is another one but for the case of ASCII letters.
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

    /// Whether a text has no control characters but the tab, as the value of a field (RFC 9110, section 5.5).
    var isFieldValue: Bool { allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) } }
}
