// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The nodes that match a filter, with those of the preferred zone first.
struct NodePool: Sendable {
    private struct Tier {
        var candidates: [Candidate]
        var picker: Picker

        init(_ candidates: [Candidate], _ strategy: SelectionStrategy) {
            (picker, self.candidates) = Picker.make(strategy, for: candidates)
        }

        /// The candidate that the strategy selects.
        mutating func pick(key: String?) -> Candidate { candidates[picker.position(in: candidates, key: key)] }

        /// The candidate that the strategy selects, or the next one after it that satisfies the predicate.
        mutating func pick(key: String?, where predicate: (Candidate) -> Bool) -> Candidate? {
            let start = picker.position(in: candidates, key: key)
            for step in candidates.indices {
                let candidate = candidates[(start + step) % candidates.count]
                if predicate(candidate) { return candidate }
            }
            return nil
        }
    }

    /// The nodes of the preferred zone, if there are any, and all nodes.
    private var tiers: [Tier]

    init(_ candidates: [Candidate], strategy: SelectionStrategy, zone: String?) {
        guard !candidates.isEmpty else {
            tiers = []
            return
        }
        let all = Tier(candidates, strategy)
        // Without the nodes that the strategy never selects, such as those of weight 0.
        let preferred = zone.map { zone in all.candidates.filter { $0.node.metadata["zone"] == zone } } ?? []
        tiers = preferred.isEmpty ? [all] : [Tier(preferred, strategy), all]
    }

    /// A candidate, preferably from the preferred zone; nil if there is none.
    mutating func pick(key: String?) -> Candidate? { tiers.isEmpty ? nil : tiers[0].pick(key: key) }

    /// A candidate that satisfies the predicate, preferably from the preferred zone.
    mutating func pick(key: String?, where predicate: (Candidate) -> Bool) -> Candidate? {
        for index in tiers.indices {
            if let candidate = tiers[index].pick(key: key, where: predicate) { return candidate }
        }
        return nil
    }
}
