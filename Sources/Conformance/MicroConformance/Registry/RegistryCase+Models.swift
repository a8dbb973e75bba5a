// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    /// The seeds of the random histories.
    static let histories: ClosedRange<UInt64> = 1...3
    /// The seeds of the random histories with expiry, for backends that notice it within seconds.
    static let expiryHistories: ClosedRange<UInt64> = 4...4

    /// Cases that compare an adapter with a reference model.
    static let models = [
        RegistryCase(
            "R93", .stress,
            "In random histories of several clients, lookups, lists and watches equal a reference model.",
            rationale: "Operations fail in combination: a move and a refresh, a closed client and a watch."
        ) { context in
            let number = CallCounter()
            let check = HistoryCheck<RegistryOperation> { history in
                number.add()
                try await RegistryModelRun(context, number: number.value).run(history)
            }
            try await check.check(seeds: histories, length: 30) { RegistryOperation.random(using: &$0) }
            let expiry = context.bounds.expiry
            guard expiry.timeToLive + expiry.slack < .seconds(10) else { return }
            try await check.check(seeds: expiryHistories) { RegistryOperation.expiries(using: &$0) }
        }
    ]
}
