// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The 64-bit FNV-1a hash (http://www.isthe.com/chongo/tech/comp/fnv).
///
/// Unlike Swift's `Hasher`, it produces the same value in every process, so that processes can compare hashes.
package struct FNV1a: Sendable {
    /// The hash of all bytes so far.
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Creates the hash of an empty sequence of bytes.
    package init() {}

    /// Adds bytes.
    package mutating func combine(_ bytes: String.UTF8View) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}
