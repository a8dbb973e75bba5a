// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A node with what is known of its load, where that is of interest.
final class Candidate: Sendable {
    let node: Node
    let load: NodeLoad?

    init(_ node: Node, _ load: NodeLoad?) {
        self.node = node
        self.load = load
    }
}

/// Chooses positions among candidates by a strategy.
struct Picker: Sendable {
    private enum Algorithm {
        case random
        case roundRobin
        case ring(HashRing)
        case load
        case weighted(AliasTable)
    }

    private let algorithm: Algorithm
    /// The turn, or the state of the generator. Clients that start together do not all begin with the same node.
    private var state = UInt64.random(in: 0...UInt64.max)

    /// Makes a picker, and the candidates in the order that it wants, without those that it never chooses.
    static func make(_ strategy: SelectionStrategy, for candidates: [Candidate]) -> (Picker, [Candidate]) {
        switch strategy {
        case .random: return (Picker(algorithm: .random), candidates)
        case .roundRobin: return (Picker(algorithm: .roundRobin), candidates)
        case .leastLoaded: return (Picker(algorithm: .load), candidates)
        case .consistentHash:
            let points = candidates.map { (point: HashRing.hash($0.node.id), candidate: $0) }
                .sorted { ($0.point, $0.candidate.node.id) < ($1.point, $1.candidate.node.id) }
            return (Picker(algorithm: .ring(HashRing(points.map(\.point)))), points.map(\.candidate))
        case .weighted:
            var weighed = candidates.map { (weight: weight(of: $0.node), candidate: $0) }
            if weighed.contains(where: { $0.weight > 0 }) {
                weighed.removeAll { $0.weight == 0 }
            } else {
                weighed = weighed.map { (1, $0.candidate) }
            }
            return (Picker(algorithm: .weighted(AliasTable(weighed.map(\.weight)))), weighed.map(\.candidate))
        }
    }

    private init(algorithm: Algorithm) { self.algorithm = algorithm }

    private static func weight(of node: Node) -> Double {
        Double(node.metadata["weight"].flatMap(UInt16.init) ?? 1)
    }

    /// A position among the candidates that it was made for, of which there is one at least.
    mutating func position(in candidates: [Candidate], key: String?) -> Int {
        switch algorithm {
        case .random: return random(below: candidates.count)
        case .roundRobin:
            state &+= 1
            return Int(state % UInt64(candidates.count))
        case .ring(let ring): return key.map(ring.position(of:)) ?? random(below: candidates.count)
        case .weighted(let table):
            return table.position(row: random(below: candidates.count), fraction: Double(next() >> 11) * 0x1p-53)
        case .load:
            let first = random(below: candidates.count)
            guard candidates.count > 1 else { return first }
            let second = (first + 1 + random(below: candidates.count - 1)) % candidates.count
            return cost(candidates[second]) < cost(candidates[first]) ? second : first
        }
    }

    private func cost(_ candidate: Candidate) -> Double { candidate.load?.cost ?? 0 }

    private mutating func random(below count: Int) -> Int { Int(next() % UInt64(count)) }

    /// SplitMix64: the system's generator is a system call for each number.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return mixed(state)
    }
}
