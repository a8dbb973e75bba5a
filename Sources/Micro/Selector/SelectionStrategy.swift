// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How a selector chooses among the nodes of a service, in constant time.
public enum SelectionStrategy: String, Sendable, CaseIterable {
    /// Each node with the same chance.
    case random
    /// One after the other.
    case roundRobin = "roundrobin"
}

/// Chooses positions by a strategy: the state of one service.
final class Picker: Sendable {
    private let strategy: SelectionStrategy
    private let next = Atomic<Int>(0)

    init(strategy: SelectionStrategy) { self.strategy = strategy }

    /// A position below the count, which is above zero.
    func position(below count: Int) -> Int {
        switch strategy {
        case .random: Int.random(in: 0..<count)
        case .roundRobin: next.wrappingAdd(1, ordering: .relaxed).oldValue.magnitudeModulo(count)
        }
    }
}

extension Int {
    /// Not negative, also after the counter has wrapped around.
    fileprivate func magnitudeModulo(_ count: Int) -> Int { Int(magnitude % UInt(count)) }
}
