// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A hash ring: maps keys to nodes so that few keys move when a node is added or removed.
///
/// Each node has one point on the ring. Each key is hashed to several positions, and belongs to the node with the
/// smallest distance from any of them. This distributes keys as evenly as many points per node would (Appleton,
/// O'Reilly: "Multi-probe consistent hashing", 2015). All clients that know the same nodes map a key to the same node.
struct HashRing: Sendable {
    /// The paper's number of probes for a maximum load of 1.05 times the mean.
    private static let probes: UInt64 = 21

    private let points: [UInt64]
    /// For each section of the ring, the index of the first point at or after its start.
    private let starts: [Int]
    private let shift: UInt64

    /// Creates a ring. The points must be sorted.
    init(_ points: [UInt64]) {
        self.points = points
        var bits: UInt64 = 1
        while 1 << bits < points.count { bits += 1 }
        shift = 64 - bits
        var position = 0
        starts = (0..<UInt64(1) << bits).map { [shift] section in
            while position < points.count, points[position] < section << shift { position += 1 }
            return position
        }
    }

    /// The index of the point that a key belongs to.
    func position(of key: String) -> Int {
        let hash = Self.hash(key)
        var best = (position: 0, distance: UInt64.max)
        for probe in 0..<Self.probes {
            let place = SplitMix64.mix(hash &+ probe &* SplitMix64.increment)
            let position = successor(of: place)
            let distance = points[position] &- place
            if distance < best.distance { best = (position, distance) }
        }
        return best.position
    }

    private func successor(of place: UInt64) -> Int {
        var position = starts[Int(place >> shift)]
        while position < points.count, points[position] < place { position += 1 }
        return position == points.count ? 0 : position
    }

    /// The hash of a key or a node ID, the same in every process.
    static func hash(_ text: String) -> UInt64 {
        var hash = FNV1a()
        hash.combine(text.utf8)
        return SplitMix64.mix(hash.value)
    }
}
