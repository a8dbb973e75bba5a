// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import MicroCore

/// The publications of a channel that the server has not confirmed. Confirmations arrive singly or for all up to one, in any
/// order.
struct RabbitMQConfirms {
    /// The sequence number of the first element of ``pending``.
    private var first: UInt64 = 1
    /// Nil for publications that were confirmed before an earlier one.
    private var pending: Deque<Promise<Void>?> = []
    /// The publications that were returned because they could not be routed to a queue. Their confirmation follows.
    private var returned: Set<UInt64> = []

    /// The sequence number of the next publication: the server counts from 1.
    var nextSequence: UInt64 { first + UInt64(pending.count) }

    mutating func add(_ promise: Promise<Void>) { pending.append(promise) }

    mutating func markReturned(_ sequence: UInt64) {
        if sequence >= first, sequence < nextSequence { returned.insert(sequence) }
    }

    /// Takes the promises of confirmed publications, each with whether the publication was returned.
    mutating func settle(_ sequence: UInt64, isMultiple: Bool) -> [(promise: Promise<Void>, wasReturned: Bool)] {
        // With `multiple`, 0 stands for all.
        let last = sequence == 0 && isMultiple ? nextSequence - 1 : sequence
        guard last >= first, last < nextSequence else { return [] }
        var settled: [(Promise<Void>, Bool)] = []
        for number in (isMultiple ? first : last)...last {
            guard let promise = pending[Int(number - first)].take() else { continue }
            settled.append((promise, !returned.isEmpty && returned.remove(number) != nil))
        }
        while let next = pending.first, next == nil {
            pending.removeFirst()
            first += 1
        }
        return settled
    }

    /// Takes all promises, at the end of the channel.
    mutating func takeAll() -> [Promise<Void>] {
        defer { pending = [] }
        return pending.compactMap(\.self)
    }
}
