// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The limits that a registry adapter guarantees. Every report prints them, so that a loose bound is visible.
public struct RegistryBounds: ConformanceBounds, Hashable {
    /// When nodes without heartbeats expire.
    public struct Expiry: Sendable, Hashable {
        /// The time to live in cases about expiry; 3 s by default. Other cases register for at least a minute.
        public var timeToLive: Duration
        /// The value to which a shorter time to live is raised; 1 s by default.
        public var minTimeToLive: Duration
        /// How long after its time to live a node may still be visible; 2 s by default.
        public var slack: Duration
        /// How long before its time to live a node may expire because of the backend's granularity; zero by
        /// default.
        public var granularity: Duration

        /// Creates bounds of the expiry, with the defaults of the properties.
        public init(
            timeToLive: Duration = .seconds(3), minTimeToLive: Duration = .seconds(1), slack: Duration = .seconds(2),
            granularity: Duration = .zero
        ) {
            self.timeToLive = timeToLive
            self.minTimeToLive = minTimeToLive
            self.slack = slack
            self.granularity = granularity
        }
    }

    /// How long events may take.
    public struct Timeouts: Sendable, Hashable {
        /// Until another client sees a write; 1 s by default.
        public var convergence: Duration
        /// The duration of one operation when the backend does not respond; 6 s by default.
        public var operation: Duration
        /// Until registrations and watches have recovered after the backend has recovered; 15 s by default.
        public var recovery: Duration
        /// Until a watch has recovered after its credentials were refused temporarily; 30 s by default, since refused
        /// requests are retried slowly.
        public var credentialRecovery: Duration
        /// Until a watch detects a dead connection that was not closed; 45 s by default.
        public var halfOpen: Duration
        /// How long a case observes that an event does not happen; 0.5 s by default.
        public var observationWindow: Duration

        /// Creates timeouts, with the defaults of the properties.
        public init(
            convergence: Duration = .seconds(1), operation: Duration = .seconds(6), recovery: Duration = .seconds(15),
            credentialRecovery: Duration = .seconds(30), halfOpen: Duration = .seconds(45),
            observationWindow: Duration = .milliseconds(500)
        ) {
            self.convergence = convergence
            self.operation = operation
            self.recovery = recovery
            self.credentialRecovery = credentialRecovery
            self.halfOpen = halfOpen
            self.observationWindow = observationWindow
        }
    }

    /// The resources that a client may use.
    public struct Limits: Sendable, Hashable {
        /// The maximum size of a record in bytes of text; 256 KiB by default, the limit of the contract.
        public var maxRecordSize: Int
        /// The maximum number of connections of one client with 200 registrations and 25 watched services; 64 by
        /// default.
        public var maxConnections: Int
        /// The maximum number of requests per second of one client with one watch while the backend fails; 20 by
        /// default.
        public var maxRequestsPerSecond: Int

        /// Creates limits, with the defaults of the properties.
        public init(maxRecordSize: Int = 256 * 1024, maxConnections: Int = 64, maxRequestsPerSecond: Int = 20) {
            self.maxRecordSize = maxRecordSize
            self.maxConnections = maxConnections
            self.maxRequestsPerSecond = maxRequestsPerSecond
        }
    }

    /// The amount of work in cases about load. Not a guarantee of the adapter.
    public struct Load: Sendable, Hashable {
        /// The number of changes that a slow reader misses; 1,000 by default.
        public var changes: Int
        /// The number of services, with ten nodes each, in the stress case; 1,000 by default.
        public var services: Int

        /// Creates a load, with the defaults of the properties.
        public init(changes: Int = 1000, services: Int = 1000) {
            self.changes = changes
            self.services = services
        }
    }

    /// When nodes without heartbeats expire.
    public var expiry: Expiry
    /// How long events may take.
    public var timeouts: Timeouts
    /// The resources that a client may use.
    public var limits: Limits
    /// The amount of work in cases about load.
    public var load: Load

    /// Creates bounds, with defaults for all omitted values.
    public init(
        expiry: Expiry = Expiry(), timeouts: Timeouts = Timeouts(), limits: Limits = Limits(), load: Load = Load()
    ) {
        self.expiry = expiry
        self.timeouts = timeouts
        self.limits = limits
        self.load = load
    }

    /// The convergence timeout.
    public var defaultTimeout: Duration { timeouts.convergence }
    /// The recovery timeout.
    public var recoveryTimeout: Duration { timeouts.recovery }
    /// The observation window of the timeouts.
    public var observationWindow: Duration { timeouts.observationWindow }

    /// The name and value of each bound, for reports.
    public var namedValues: [(name: String, value: String)] {
        [
            ("convergence", "\(timeouts.convergence)"), ("operation", "\(timeouts.operation)"),
            ("recovery", "\(timeouts.recovery)"), ("credentialRecovery", "\(timeouts.credentialRecovery)"),
            ("halfOpen", "\(timeouts.halfOpen)"), ("observationWindow", "\(timeouts.observationWindow)"),
            ("timeToLive", "\(expiry.timeToLive)"), ("minTimeToLive", "\(expiry.minTimeToLive)"),
            ("expirySlack", "\(expiry.slack)"), ("expiryGranularity", "\(expiry.granularity)"),
            ("maxRecordSize", "\(limits.maxRecordSize) bytes"), ("maxConnections", "\(limits.maxConnections)"),
            ("maxRequestsPerSecond", "\(limits.maxRequestsPerSecond)"), ("changes", "\(load.changes)"),
            ("services", "\(load.services)"),
        ]
    }
}
