// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Chooses positions by their weights with two numbers at random, however many there are (Vose: "A linear algorithm for
/// generating random numbers with a given distribution", 1991).
struct AliasTable: Sendable {
    /// For each position how often it is kept, and what is taken instead.
    private var rows: [(probability: Double, alias: Int)]

    /// The weights must not be negative, nor all 0.
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

    /// The position for a number of a row and one in 0..<1.
    func position(row: Int, fraction: Double) -> Int { fraction < rows[row].probability ? row : rows[row].alias }
}
