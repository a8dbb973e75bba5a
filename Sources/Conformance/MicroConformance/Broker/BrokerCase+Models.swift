// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    /// Cases that compare an adapter with a reference model.
    static let models = [
        BrokerCase(
            "B72", .stress, "In random histories of several clients, the deliveries equal those of a reference model.",
            rationale:
                "Operations fail in combination: a queue and a pattern, a closed member and a rejection."
        ) { context in
            let number = CallCounter()
            let check = HistoryCheck<BrokerOperation> { history in
                number.add()
                try await BrokerModelRun(context, number: number.value).run(history)
            }
            try await check.check(seeds: 1...3, length: 30) { BrokerOperation.random(using: &$0) }
        }
    ]
}
