// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The clock of the API server, estimated from the `Date` fields of its responses. The clock of this machine is not
/// used, because it may be wrong by hours.
///
/// `Date` is in whole seconds. Each response limits the difference between the server's clock and the monotonic clock to
/// an interval; the intersection of these intervals is soon much shorter than a second.
final class KubernetesClock: Sendable {
    /// The limits of the server's time at ``origin``, in microseconds since 1970.
    private struct Interval {
        var earliest: Int64
        var latest: Int64
    }

    private let origin: ContinuousClock.Instant
    private let interval = Mutex<Interval?>(nil)

    init(origin: ContinuousClock.Instant = .now) { self.origin = origin }

    /// Records a response.
    ///
    /// - Parameters:
    ///   - date: Its `Date`.
    ///   - sent: The time at which the request was sent.
    ///   - received: The time at which the response was received.
    func observe(date: ServerTime, sent: ContinuousClock.Instant, received: ContinuousClock.Instant) {
        let observed = Interval(
            earliest: date.microseconds - microseconds(received),
            latest: date.microseconds + 1_000_000 - microseconds(sent))
        interval.withLock { interval in
            // If there is no intersection, the server's clock was set, or another server has a different time.
            guard let known = interval, known.earliest <= observed.latest, observed.earliest <= known.latest else {
                interval = observed
                return
            }
            interval = Interval(
                earliest: max(known.earliest, observed.earliest), latest: min(known.latest, observed.latest))
        }
    }

    /// The server's time at an instant; nil before the first response.
    func time(at instant: ContinuousClock.Instant = .now) -> ServerTime? {
        interval.withLock(\.self).map { interval in
            let middle = interval.earliest + (interval.latest - interval.earliest) / 2
            return ServerTime(microseconds: middle + microseconds(instant))
        }
    }

    private func microseconds(_ instant: ContinuousClock.Instant) -> Int64 {
        let (seconds, attoseconds) = (instant - origin).components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
