// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A fast pseudorandom number generator (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). The
/// system's generator makes a system call for each number.
struct SplitMix64: RandomNumberGenerator {
    /// The difference between two states.
    static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private var state = UInt64.random(in: 0...UInt64.max)

    /// Creates a generator with a random state.
    init() {}

    mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mix(state)
    }

    /// The bijection that spreads states over all numbers.
    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
