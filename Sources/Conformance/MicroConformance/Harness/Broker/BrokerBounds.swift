// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The limits that a broker adapter guarantees. Every report prints them, so that a loose bound is visible.
public struct BrokerBounds: ConformanceBounds, Hashable {
    /// How long events may take.
    public struct Timeouts: Sendable, Hashable {
        /// Until a published message has arrived at its subscribers; 5 s by default.
        public var delivery: Duration
        /// The acknowledgement timeout in cases about redelivery; 1 s by default.
        public var acknowledgement: Duration
        /// The duration of one operation when the backend does not respond; 6 s by default.
        public var operation: Duration
        /// Until messages are delivered again after the backend has recovered; 15 s by default.
        public var recovery: Duration
        /// Until a dead connection that was not closed is detected; 45 s by default.
        public var halfOpen: Duration
        /// How long a case observes that an event does not happen; 0.5 s by default.
        public var observationWindow: Duration

        /// Creates timeouts, with the defaults of the properties.
        public init(
            delivery: Duration = .seconds(5), acknowledgement: Duration = .seconds(1),
            operation: Duration = .seconds(6), recovery: Duration = .seconds(15), halfOpen: Duration = .seconds(45),
            observationWindow: Duration = .milliseconds(500)
        ) {
            self.delivery = delivery
            self.acknowledgement = acknowledgement
            self.operation = operation
            self.recovery = recovery
            self.halfOpen = halfOpen
            self.observationWindow = observationWindow
        }
    }

    /// The resources that a client may use.
    public struct Limits: Sendable, Hashable {
        /// The maximum number of connections of one client; 4 by default.
        public var maxConnections: Int
        /// The maximum number of connection attempts per second of one client while it cannot connect; 20 by default.
        public var maxConnectionAttemptsPerSecond: Int

        /// Creates limits, with the defaults of the properties.
        public init(maxConnections: Int = 4, maxConnectionAttemptsPerSecond: Int = 20) {
            self.maxConnections = maxConnections
            self.maxConnectionAttemptsPerSecond = maxConnectionAttemptsPerSecond
        }
    }

    /// The amount of work in cases about load. Not a guarantee of the adapter.
    public struct Load: Sendable, Hashable {
        /// The number of messages in cases with many messages; 1,000 by default. Cases about restarts publish ten times
        /// as many.
        public var messages: Int
        /// The number of subscriptions in cases with many subscriptions; 200 by default. The case about leaks makes ten
        /// times as many.
        public var subscriptions: Int

        /// Creates a load, with the defaults of the properties.
        public init(messages: Int = 1000, subscriptions: Int = 200) {
            self.messages = messages
            self.subscriptions = subscriptions
        }
    }

    /// How long events may take.
    public var timeouts: Timeouts
    /// The resources that a client may use.
    public var limits: Limits
    /// The amount of work in cases about load.
    public var load: Load

    /// Creates bounds, with defaults for all omitted values.
    public init(timeouts: Timeouts = Timeouts(), limits: Limits = Limits(), load: Load = Load()) {
        self.timeouts = timeouts
        self.limits = limits
        self.load = load
    }

    /// The delivery timeout.
    public var defaultTimeout: Duration { timeouts.delivery }
    /// The recovery timeout.
    public var recoveryTimeout: Duration { timeouts.recovery }
    /// The observation window of the timeouts.
    public var observationWindow: Duration { timeouts.observationWindow }

    /// The name and value of each bound, for reports.
    public var namedValues: [(name: String, value: String)] {
        [
            ("delivery", "\(timeouts.delivery)"), ("acknowledgement", "\(timeouts.acknowledgement)"),
            ("operation", "\(timeouts.operation)"), ("recovery", "\(timeouts.recovery)"),
            ("halfOpen", "\(timeouts.halfOpen)"), ("observationWindow", "\(timeouts.observationWindow)"),
            ("maxConnections", "\(limits.maxConnections)"),
            ("maxConnectionAttemptsPerSecond", "\(limits.maxConnectionAttemptsPerSecond)"),
            ("messages", "\(load.messages)"), ("subscriptions", "\(load.subscriptions)"),
        ]
    }
}
