// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A time of the continuous clock whose layout is known at compile time.
///
/// The layout of `ContinuousClock.Instant` is known only at run time. A value that contains one is therefore copied by
/// functions of the runtime, and each asynchronous function that holds one allocates memory for it: too slow on the path of
/// a call.
package struct MonotonicTime: Sendable, Hashable {
    private static let epoch = ContinuousClock.now

    private let sinceEpoch: Duration

    /// The current time.
    package static var now: Self { Self(.now) }

    /// Converts an instant.
    package init(_ instant: ContinuousClock.Instant) { sinceEpoch = instant - Self.epoch }

    /// The time as the clock's type.
    package var instant: ContinuousClock.Instant { Self.epoch + sinceEpoch }

    /// The time since then; negative for a time in the future.
    package var elapsed: Duration { Self.now.sinceEpoch - sinceEpoch }
}
