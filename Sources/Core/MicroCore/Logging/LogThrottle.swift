// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Logging
import Synchronization

/// Limits how often a repeated event is logged at its level; other occurrences are logged at `debug`.
package final class LogThrottle: Sendable {
    private struct State {
        var last: ContinuousClock.Instant?
        var omitted = 0
    }

    private let interval: Duration
    private let state = Mutex(State())

    /// Creates a throttle that admits the first event.
    ///
    /// - Parameter interval: The minimum time between two events that are logged at their level.
    package init(interval: Duration = .seconds(10)) { self.interval = interval }

    /// Records an event, and decides whether to log it at its level.
    ///
    /// - Returns: The number of events that were rejected since the last admitted one; nil if this event is rejected.
    package func admit(at now: ContinuousClock.Instant = .now) -> Int? {
        state.withLock { state in
            if let last = state.last, now - last < interval {
                state.omitted += 1
                return nil
            }
            defer { state = State(last: now) }
            return state.omitted
        }
    }
}

extension Logger {
    /// Logs a repeated event as a warning if the throttle admits it, and at `debug` otherwise. The metadata `omitted`,
    /// absent if zero, is the number of events that were logged at `debug` since the last warning.
    package func warning(
        _ message: Logger.Message, throttle: LogThrottle, metadata: Logger.Metadata, file: String = #fileID,
        function: String = #function, line: UInt = #line
    ) {
        guard let omitted = throttle.admit() else {
            return debug(message, metadata: metadata, file: file, function: function, line: line)
        }
        let count: Logger.Metadata = omitted > 0 ? ["omitted": "\(omitted)"] : [:]
        warning(message, metadata: metadata.merging(count) { $1 }, file: file, function: function, line: line)
    }
}
