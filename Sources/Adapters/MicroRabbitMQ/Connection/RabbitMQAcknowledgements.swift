// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The acknowledgements of a channel that are still to be sent. Several are sent together: one frame acknowledges all
/// deliveries up to a number.
///
/// The server numbers the deliveries of a channel from 1.
struct RabbitMQAcknowledgements {
    /// The maximum number of acknowledgements that are sent together.
    private static let maxBatchSize = 64

    /// The number of acknowledgements to send together. A tenth of the deliveries in flight, so that the server always has
    /// room for others.
    private var batchSize = 1
    /// The lowest delivery that is not settled.
    private var firstUnsettled: UInt64 = 1
    /// Later deliveries that are settled.
    private var settled: Set<UInt64> = []
    /// The acknowledged deliveries that the server does not know of.
    private var pending: [UInt64] = []

    /// Changes how many acknowledgements are sent together. Those that were recorded are kept.
    ///
    /// - Parameter prefetch: The maximum number of deliveries in flight; 0 for no limit.
    mutating func setPrefetch(_ prefetch: UInt16) {
        batchSize = prefetch == 0 ? Self.maxBatchSize : min(max(Int(prefetch) / 10, 1), Self.maxBatchSize)
    }

    /// Records an acknowledgement.
    ///
    /// - Returns: Whether the acknowledgements have to be sent now, and otherwise whether this is the first one to send later.
    mutating func acknowledge(_ tag: UInt64) -> (isDue: Bool, isFirst: Bool) {
        settle(tag)
        pending.append(tag)
        return (pending.count >= batchSize, pending.count == 1)
    }

    /// Records a delivery that is settled in another way, which the caller reports to the server at once.
    mutating func settle(_ tag: UInt64) {
        guard tag == firstUnsettled else {
            settled.insert(tag)
            return
        }
        firstUnsettled += 1
        while settled.remove(firstUnsettled) != nil { firstUnsettled += 1 }
    }

    /// Takes the acknowledgements to send. One that counts for several deliveries is for a delivery that the server considers
    /// unsettled.
    mutating func take() -> [(tag: UInt64, isMultiple: Bool)] {
        guard !pending.isEmpty else { return [] }
        defer { pending.removeAll(keepingCapacity: true) }
        var last: UInt64 = 0
        var result: [(tag: UInt64, isMultiple: Bool)] = []
        for tag in pending {
            if tag < firstUnsettled { last = max(last, tag) } else { result.append((tag, false)) }
        }
        if last > 0 { result.append((last, true)) }
        return result
    }
}
