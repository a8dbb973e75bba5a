// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The number of retries that a client may make: a token bucket. Each call adds a fraction of a token, and each retry
/// takes one token. During an outage, the load therefore grows by that fraction instead of the number of retries.
final class RetryBudget: Sendable {
    /// The capacity in retries. A new budget is full.
    static let capacity = 100

    private static let token = 1000
    private static let maxBalance = capacity * token

    private let refillPerCall: Int
    private let balance = Atomic(maxBalance)

    /// Creates a full budget.
    ///
    /// - Parameter ratio: Retries per call in the long run; limited to 0…10.
    init(ratio: Double) { refillPerCall = Int(min(max(ratio, 0), 10) * Double(Self.token)) }

    /// Records the start of a call. Only reads while the bucket is full.
    func recordCall() {
        guard balance.load(ordering: .relaxed) < Self.maxBalance else { return }
        // Concurrent calls may exceed the capacity by a few tokens, which is acceptable.
        balance.wrappingAdd(refillPerCall, ordering: .relaxed)
    }

    /// Takes a token for a retry; false if none is left.
    func tryAcquire() -> Bool {
        var current = balance.load(ordering: .relaxed)
        while current >= Self.token {
            let (isExchanged, original) = balance.weakCompareExchange(
                expected: current, desired: current - Self.token, ordering: .relaxed)
            if isExchanged { return true }
            current = original
        }
        return false
    }
}
