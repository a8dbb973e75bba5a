// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// How long to wait before trying again: exponential, with full jitter, so that many clients that lost the same server
/// do not come back together.
public struct Backoff: Sendable, Hashable {
    /// The upper end of the first wait.
    public var base: Duration
    /// The upper end of every wait.
    public var maxDelay: Duration

    /// Creates a backoff.
    public init(base: Duration, maxDelay: Duration) {
        self.base = base
        self.maxDelay = maxDelay
    }

    /// A wait before the given attempt: between a tenth of the step and the whole step, which doubles from ``base`` to
    /// ``maxDelay``. It is never zero, so that nothing spins.
    ///
    /// - Parameter attempt: 0 for the first repetition.
    public func delay(attempt: Int) -> Duration {
        let step = min(maxDelay, base * (1 << min(max(attempt, 0), 30)))
        return step * Double.random(in: 0.1...1)
    }
}
