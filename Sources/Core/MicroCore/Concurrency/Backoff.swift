// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An exponential backoff with jitter, so that clients that lost the same server do not all reconnect at the same time.
public struct Backoff: Sendable, Hashable {
    /// The upper bound of the first delay.
    public var base: Duration
    /// The upper bound of all delays.
    public var maxDelay: Duration

    /// Creates a backoff.
    public init(base: Duration, maxDelay: Duration) {
        self.base = base
        self.maxDelay = maxDelay
    }

    /// The delay before an attempt: random between a tenth of the step and the whole step. The step doubles with each
    /// attempt from ``base`` to ``maxDelay``. The delay is never zero, so that retry loops do not spin.
    ///
    /// - Parameter attempt: 0 for the first retry.
    public func delay(attempt: Int) -> Duration {
        let step = min(maxDelay, base * (1 << min(max(attempt, 0), 30)))
        return step * Double.random(in: 0.1...1)
    }
}
