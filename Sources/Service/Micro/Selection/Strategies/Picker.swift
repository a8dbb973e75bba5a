// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Selects positions in a list of candidates by a strategy.
struct Picker: Sendable {
    private enum Algorithm {
        case random
        case roundRobin
        case consistentHash(HashRing)
        case leastLoaded
        case weighted(AliasTable)
    }

    private let algorithm: Algorithm
    private var generator = SplitMix64()
    /// The position of the next node of round robin. It starts at random, so that clients that start at the same time
    /// do not all begin with the same node.
    private var turn = UInt64.random(in: 0...UInt64.max)

    /// Creates a picker, and the candidates in the order that it needs, without those that it never selects.
    static func make(_ strategy: SelectionStrategy, for candidates: [Candidate]) -> (Picker, [Candidate]) {
        switch strategy {
        case .random: return (Picker(algorithm: .random), candidates)
        case .roundRobin: return (Picker(algorithm: .roundRobin), candidates)
        case .leastLoaded: return (Picker(algorithm: .leastLoaded), candidates)
        case .consistentHash:
            let points = candidates.map { (point: HashRing.hash($0.node.id), candidate: $0) }
                .sorted { ($0.point, $0.candidate.node.id) < ($1.point, $1.candidate.node.id) }
            return (Picker(algorithm: .consistentHash(HashRing(points.map(\.point)))), points.map(\.candidate))
        case .weighted:
            var weighted = candidates.map { (weight: weight(of: $0.node), candidate: $0) }
            if weighted.contains(where: { $0.weight > 0 }) {
                weighted.removeAll { $0.weight == 0 }
            } else {
                weighted = weighted.map { (1, $0.candidate) }
            }
            return (Picker(algorithm: .weighted(AliasTable(weighted.map(\.weight)))), weighted.map(\.candidate))
        }
    }

    private init(algorithm: Algorithm) { self.algorithm = algorithm }

    private static func weight(of node: Node) -> Double {
        Double(node.metadata["weight"].flatMap(UInt16.init) ?? 1)
    }

    /// A position in the candidates that the picker was created for, which must not be empty.
    mutating func position(in candidates: [Candidate], key: String?) -> Int {
        switch algorithm {
        case .random: return random(below: candidates.count)
        case .roundRobin:
            turn &+= 1
            return Int(turn % UInt64(candidates.count))
        case .consistentHash(let ring): return key.map(ring.position(of:)) ?? random(below: candidates.count)
        case .weighted(let table):
            return table.position(
                row: random(below: candidates.count), fraction: Double(generator.next() >> 11) * 0x1p-53)
        case .leastLoaded:
            let first = random(below: candidates.count)
            guard candidates.count > 1 else { return first }
            let second = (first + 1 + random(below: candidates.count - 1)) % candidates.count
            return cost(candidates[second]) < cost(candidates[first]) ? second : first
        }
    }

    private func cost(_ candidate: Candidate) -> Double { candidate.load?.cost ?? 0 }

    /// A random number below a limit: the upper half of a product, which is as even as a remainder, and needs no division.
    private mutating func random(below count: Int) -> Int {
        Int(generator.next().multipliedFullWidth(by: UInt64(count)).high)
    }
}
