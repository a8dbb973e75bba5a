// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// How a selector chooses among the nodes of a service, in constant time.
public enum SelectionStrategy: String, Sendable, CaseIterable {
    /// Each node with the same chance.
    case random
    /// One after the other.
    case roundRobin = "roundrobin"
}

/// Chooses positions by a strategy: the state of one service, guarded by its owner.
struct Picker: Sendable {
    private let strategy: SelectionStrategy
    /// The turn, or the state of the generator.
    private var state: UInt64

    init(strategy: SelectionStrategy) {
        self.strategy = strategy
        // Clients that start together do not all begin with the same node.
        state = .random(in: 0...UInt64.max)
    }

    /// A position below the count, which is above zero.
    mutating func position(below count: Int) -> Int {
        switch strategy {
        case .random: return Int(next() % UInt64(count))
        case .roundRobin:
            state &+= 1
            return Int(state % UInt64(count))
        }
    }

    /// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): the system's generator
    /// is a system call for each number.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
