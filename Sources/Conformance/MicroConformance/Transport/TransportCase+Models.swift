// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension TransportCase {
    /// Cases that compare an adapter with a reference model.
    static let models = [
        TransportCase(
            "T68", .core,
            "In random histories of several clients, each call is handled once and gets its own response or error.",
            rationale:
                "Operations fail in combination: a cancelled call and the next one, a drain and a stream."
        ) { context in
            let check = HistoryCheck<TransportOperation> { history in
                try await TransportModelRun(context).run(history)
            }
            try await check.check(seeds: 1...3, length: 40) { TransportOperation.random(using: &$0) }
        }
    ]
}
