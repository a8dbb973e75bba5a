// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroConformance

/// Tiers as the value of an option: `C,K`.
struct TierList: ExpressibleByArgument {
    static let all = TierList(tiers: Set(CaseTier.allCases))

    let tiers: Set<CaseTier>

    private init(tiers: Set<CaseTier>) { self.tiers = tiers }

    init?(argument: String) {
        let tiers = argument.split(separator: ",", omittingEmptySubsequences: false)
            .map { CaseTier(rawValue: $0.uppercased()) }
        guard !tiers.contains(nil) else { return nil }
        self.tiers = Set(tiers.compactMap(\.self))
    }

    var defaultValueDescription: String {
        CaseTier.allCases.filter(tiers.contains).map(\.rawValue).joined(separator: ",")
    }
}
