// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The limits that a transport adapter guarantees. Every report prints them, so that a loose bound is visible.
public struct TransportBounds: ConformanceBounds, Hashable {
    /// How long events may take.
    public struct Timeouts: Sendable, Hashable {
        /// Until a call has its response, or a message of a stream has arrived; 10 s by default.
        public var response: Duration
        /// Until the other side is notified that a call or a stream was cancelled; 1 s by default.
        public var cancellation: Duration
        /// The deadline of calls that get no response; 0.5 s by default. They must end within
        /// 1.5 times this duration and another 0.5 s, which a busy machine may need.
        public var deadline: Duration
        /// Until calls succeed again after the network has recovered; 5 s by default.
        public var recovery: Duration
        /// How long a case observes that an event does not happen; 0.2 s by default.
        public var observationWindow: Duration

        /// The maximum duration of a call with ``deadline``.
        var maxDeadlineDuration: Duration { deadline * 1.5 + .milliseconds(500) }

        /// Creates timeouts, with the defaults of the properties.
        public init(
            response: Duration = .seconds(10), cancellation: Duration = .seconds(1),
            deadline: Duration = .milliseconds(500), recovery: Duration = .seconds(5),
            observationWindow: Duration = .milliseconds(200)
        ) {
            self.response = response
            self.cancellation = cancellation
            self.deadline = deadline
            self.recovery = recovery
            self.observationWindow = observationWindow
        }
    }

    /// How long events may take.
    public var timeouts: Timeouts
    /// The maximum number of connections of one client with 64 concurrent calls; 64 by default.
    public var maxConnections: Int
    /// The number of calls in cases with many calls; 1,000 by default. The case about cancelled calls makes ten times
    /// as many. Not a guarantee of the adapter.
    public var callCount: Int

    /// Creates bounds, with defaults for all omitted values.
    public init(timeouts: Timeouts = Timeouts(), maxConnections: Int = 64, callCount: Int = 1000) {
        self.timeouts = timeouts
        self.maxConnections = maxConnections
        self.callCount = callCount
    }

    /// The response timeout.
    public var defaultTimeout: Duration { timeouts.response }
    /// The recovery timeout.
    public var recoveryTimeout: Duration { timeouts.recovery }
    /// The observation window of the timeouts.
    public var observationWindow: Duration { timeouts.observationWindow }

    /// The name and value of each bound, for reports.
    public var namedValues: [(name: String, value: String)] {
        [
            ("response", "\(timeouts.response)"), ("cancellation", "\(timeouts.cancellation)"),
            ("deadline", "\(timeouts.deadline)"), ("recovery", "\(timeouts.recovery)"),
            ("observationWindow", "\(timeouts.observationWindow)"), ("maxConnections", "\(maxConnections)"),
            ("callCount", "\(callCount)"),
        ]
    }
}
