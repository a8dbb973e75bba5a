// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The hash FNV-1a with 64 bits (http://www.isthe.com/chongo/tech/comp/fnv). Unlike Swift's hash it is the same in every
/// process.
package struct FNV1a: Sendable {
    /// The hash of all bytes so far.
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Creates the hash of no bytes.
    package init() {}

    /// Adds bytes.
    package mutating func combine(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}
