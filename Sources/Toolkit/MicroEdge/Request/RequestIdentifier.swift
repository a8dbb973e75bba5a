// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The identifier of a request in logs and responses.
enum RequestIdentifier {
    /// The identifier of the client if it is short and plain, otherwise a random one of 32 hexadecimal digits.
    static func make(from received: String?) -> String {
        if let received, (1...64).contains(received.utf8.count),
            received.utf8.allSatisfy({ "-._~".utf8.contains($0) || Character(Unicode.Scalar($0)).isAlphanumericASCII })
        {
            return received
        }
        return (0..<2).map { _ in
            let hex = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - hex.utf8.count) + hex
        }.joined()
    }
}

extension Character {
    fileprivate var isAlphanumericASCII: Bool { isASCII && (isLetter || isNumber) }
}
