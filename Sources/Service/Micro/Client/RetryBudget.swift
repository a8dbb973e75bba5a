// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many repetitions a client may afford: a bucket that each call fills by a part of a token and each repetition takes
/// one from. In an outage the load grows by that part, and not by the number of retries.
final class RetryBudget: Sendable {
    /// How many repetitions may be had at once, after enough calls; so many are there at the start as well.
    static let reserve = 100

    private static let token = 1000
    private static let full = reserve * token

    private let deposit: Int
    private let balance = Atomic(full)

    /// - Parameter ratio: Repetitions per call in the long run, 0…10.
    init(ratio: Double) { deposit = Int(min(max(ratio, 0), 10) * Double(Self.token)) }

    /// A call has begun. While the bucket is full this only reads.
    func recordCall() {
        let present = balance.load(ordering: .relaxed)
        guard present < Self.full else { return }
        // Several at a time may fill it a little beyond, which does no harm.
        balance.wrappingAdd(deposit, ordering: .relaxed)
    }

    /// Takes a token for a repetition; false if there is none.
    func take() -> Bool {
        var present = balance.load(ordering: .relaxed)
        while present >= Self.token {
            let (isTaken, now) = balance.weakCompareExchange(
                expected: present, desired: present - Self.token, ordering: .relaxed)
            if isTaken { return true }
            present = now
        }
        return false
    }
}
