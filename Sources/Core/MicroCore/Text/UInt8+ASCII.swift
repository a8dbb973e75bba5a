// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Classes of ASCII bytes as protocols define them, independent of locale and Unicode.
extension UInt8 {
    /// Whether the byte is a space or a tab: the optional white space of HTTP (RFC 9110, section 5.6.3).
    @inlinable package var isBlank: Bool { self == 0x20 || self == 0x09 }

    /// Whether the byte is one of `0-9`.
    @inlinable package var isASCIIDigit: Bool { (0x30...0x39).contains(self) }

    /// Whether the byte is one of `A-Z a-z 0-9`.
    @inlinable package var isASCIIAlphanumeric: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// Whether the byte is a visible ASCII character: printable and not a space.
    @inlinable package var isVisibleASCII: Bool { (0x21...0x7E).contains(self) }

    /// The lowercase letter for `A-Z`; otherwise the byte itself.
    @inlinable package var asciiLowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}

extension String {
    /// Whether two texts are equal except for the case of ASCII letters.
    @inlinable
    package func isEqualIgnoringASCIICase(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return zip(utf8, other.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
    }
}
