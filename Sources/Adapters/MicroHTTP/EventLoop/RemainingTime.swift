// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

extension ContinuousClock.Instant {
    /// The nanoseconds until this instant: 0 if it has passed, a year at most, so that every timer and every peer can
    /// represent it.
    var remainingNanoseconds: Int64 { ContinuousClock.now.duration(to: self).clampedNanoseconds }

    /// The time until this instant, for a timer of an event loop; bounded as ``remainingNanoseconds``.
    var remainingTime: TimeAmount { .nanoseconds(remainingNanoseconds) }
}

extension Duration {
    /// The duration in nanoseconds: 0 for a negative one, a year at most.
    fileprivate var clampedNanoseconds: Int64 {
        let maxSeconds: Int64 = 365 * 24 * 60 * 60
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        guard seconds < maxSeconds else { return maxSeconds * 1_000_000_000 }
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// The duration for a timer of an event loop: 0 for a negative one, a year at most.
    var timeAmount: TimeAmount { .nanoseconds(clampedNanoseconds) }
}
