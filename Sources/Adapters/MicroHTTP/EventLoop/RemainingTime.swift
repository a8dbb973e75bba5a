// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

extension ContinuousClock.Instant {
    /// The nanoseconds until this instant: 0 if it has passed, a year at most, so that every timer and every peer can
    /// represent it.
    var remainingNanoseconds: Int64 {
        let maxSeconds: Int64 = 365 * 24 * 60 * 60
        let remaining = ContinuousClock.now.duration(to: self).components
        guard remaining.seconds >= 0, remaining.attoseconds >= 0 else { return 0 }
        guard remaining.seconds < maxSeconds else { return maxSeconds * 1_000_000_000 }
        return remaining.seconds * 1_000_000_000 + remaining.attoseconds / 1_000_000_000
    }

    /// The time until this instant, for a timer of an event loop; bounded as ``remainingNanoseconds``.
    var remainingTime: TimeAmount { .nanoseconds(remainingNanoseconds) }
}

extension Duration {
    /// The duration for a timer of an event loop: 0 for a negative one, a year at most.
    var timeAmount: TimeAmount { (ContinuousClock.now + self).remainingTime }
}
