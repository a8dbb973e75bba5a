// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Selects a position in proportion to weights with two random numbers, in constant time (Vose: "A linear algorithm for
/// generating random numbers with a given distribution", 1991).
struct AliasTable: Sendable {
    /// For each position, the probability of keeping it, and the position that replaces it otherwise.
    private var rows: [(probability: Double, alias: Int)]

    /// Creates a table. Weights must not be negative, and at least one must be positive.
    init(_ weights: [Double]) {
        let mean = weights.reduce(0, +) / Double(weights.count)
        var shares = weights.map { $0 / mean }
        rows = weights.indices.map { (1, $0) }
        var small = shares.indices.filter { shares[$0] < 1 }
        var large = shares.indices.filter { shares[$0] >= 1 }
        while let less = small.popLast(), let more = large.last {
            rows[less] = (shares[less], more)
            shares[more] -= 1 - shares[less]
            guard shares[more] < 1 else { continue }
            large.removeLast()
            small.append(more)
        }
    }

    /// The position for a random row and a random fraction in 0..<1.
    func position(row: Int, fraction: Double) -> Int { fraction < rows[row].probability ? row : rows[row].alias }
}
