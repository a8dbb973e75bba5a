// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Counts the requests that run, and rejects further ones at the limit.
package final class ConcurrencyLimit: Sendable {
    /// A request that counts as running until the last reference to this is released.
    package final class Permit: Sendable {
        private let limit: ConcurrencyLimit

        fileprivate init(_ limit: ConcurrencyLimit) { self.limit = limit }

        deinit { limit.running.subtract(1, ordering: .relaxed) }
    }

    private let limit: Atomic<Int>
    private let running = Atomic(0)

    package init(maximum: Int) { limit = Atomic(maximum) }

    /// The maximum number of requests.
    var maximum: Int {
        get { limit.load(ordering: .relaxed) }
        set { limit.store(newValue, ordering: .relaxed) }
    }

    /// The number of requests that run.
    var count: Int { running.load(ordering: .relaxed) }

    /// Counts one more request.
    ///
    /// - Throws: ``RejectedRequest`` with 503 at the limit.
    package func acquire() throws -> Permit {
        let count = running.add(1, ordering: .relaxed).newValue
        let permit = Permit(self)
        let maximum = maximum
        guard count <= maximum else {
            throw RejectedRequest(
                .unavailable, "the server is busy: \(maximum) requests are running; try again later",
                retryAfter: .seconds(1))
        }
        return permit
    }
}
