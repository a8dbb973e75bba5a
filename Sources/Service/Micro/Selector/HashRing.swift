// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Nodes on a circle, for a choice by key that stays the same when other nodes come or go.
///
/// Each node has one point. Each key is tried at several places, and belongs to the node that is closest behind one of them,
/// which spreads keys as evenly as many points for each node would (Appleton, O'Reilly: "Multi-probe consistent hashing",
/// 2015). All clients that know the same nodes choose the same.
struct HashRing: Sendable {
    /// The number of the paper, for a busiest node with 5 % more than the mean.
    private static let probes: UInt64 = 21

    private let points: [UInt64]
    /// For each part of the circle the first point that is not before it.
    private let starts: [Int]
    private let shift: UInt64

    /// The points must be in order.
    init(_ points: [UInt64]) {
        self.points = points
        var bits: UInt64 = 1
        while 1 << bits < points.count { bits += 1 }
        shift = 64 - bits
        var position = 0
        starts = (0..<UInt64(1) << bits).map { [shift] part in
            while position < points.count, points[position] < part << shift { position += 1 }
            return position
        }
    }

    /// The position of the point that a key belongs to.
    func position(of key: String) -> Int {
        let hash = Self.hash(key)
        var best = (position: 0, distance: UInt64.max)
        for probe in 0..<Self.probes {
            let place = mixed(hash &+ probe &* 0x9E37_79B9_7F4A_7C15)
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

    /// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv), mixed: the same in every process, unlike Swift's own.
    static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return mixed(hash)
    }
}

/// SplitMix64's mixture (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
}
