// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A range of IP addresses in CIDR notation (RFC 4632, RFC 4291 section 2.3).
package struct IPNetwork: Sendable, Equatable {
    private let bytes: [UInt8]
    private let prefixLength: Int

    /// Parses `10.0.0.0/8`, `fd00::/8`, or an address, which is a network of one.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    package init(_ text: String) throws {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.bytes(of: String(parts[0])) else { throw Self.invalid(text) }
        self.bytes = bytes
        guard parts.count == 2 else {
            prefixLength = bytes.count * 8
            return
        }
        guard let length = Int(parts[1]), (0...bytes.count * 8).contains(length) else { throw Self.invalid(text) }
        prefixLength = length
    }

    /// Whether an address is in this network. An IPv4 address that is mapped to IPv6 counts as IPv4.
    package func contains(_ address: String) -> Bool {
        guard let other = Self.bytes(of: address), other.count == bytes.count else { return false }
        for index in 0..<prefixLength where (bytes[index / 8] ^ other[index / 8]) & (0x80 >> (index % 8)) != 0 {
            return false
        }
        return true
    }

    private static func bytes(of address: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &bytes) == 1 { return Array(bytes.prefix(4)) }
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return nil }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }

    private static func invalid(_ text: String) -> MicroError {
        MicroError(.invalidArgument, "\"\(text)\" is not a network; write it as 10.0.0.0/8 or fd00::/8")
    }
}
