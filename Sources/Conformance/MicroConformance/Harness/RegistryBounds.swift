// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a registry adapter promises in numbers. They are printed in every report, so that a slack bound is seen.
public struct RegistryBounds: ConformanceBounds, Hashable {
    /// Until another client sees a write; 1 s by default.
    public var convergenceTimeout: Duration
    /// The time to live of cases that are about it; 3 s by default. Other cases register for a minute.
    public var timeToLive: Duration
    /// What a shorter time to live is raised to; 1 s by default.
    public var minTimeToLive: Duration
    /// How much later than its time to live a node may go; 2 s by default.
    public var expirySlack: Duration
    /// How much earlier than its time to live a node may go, by the backend's granularity; none by default.
    public var expiryGranularity: Duration
    /// Until a lost registration or a watch is whole again, once the backend is; 15 s by default.
    public var recoveryTimeout: Duration
    /// How long one operation may take when the backend does not answer; 6 s by default.
    public var operationTimeout: Duration
    /// How long a case watches that something does not happen; 0.5 s by default.
    public var observationWindow: Duration
    /// The largest record, in bytes of text; that of the contract by default.
    public var maxRecordSize: Int
    /// How many changes a slow reader has to survive; 1,000 by default.
    public var changes: Int
    /// How many services, of ten nodes each, the stress case registers; 1,000 by default.
    public var services: Int
    /// Until a watch is whole again whose credentials were refused for a moment: refusals are retried slowly; 30 s by
    /// default.
    public var credentialRecoveryTimeout: Duration
    /// Until a watch notices that its connection is dead though nothing said so; 45 s by default.
    public var halfOpenTimeout: Duration
    /// The most connections that one client holds, with 200 registrations and 25 watched services; 64 by default.
    public var maxConnections: Int
    /// How many requests one client with one watch may send in a second while the backend fails; 20 by default.
    public var maxRequestsPerSecond: Int

    /// The defaults.
    public init(
        convergenceTimeout: Duration = .seconds(1), timeToLive: Duration = .seconds(3),
        minTimeToLive: Duration = .seconds(1), expirySlack: Duration = .seconds(2),
        expiryGranularity: Duration = .zero, recoveryTimeout: Duration = .seconds(15),
        operationTimeout: Duration = .seconds(6),
        observationWindow: Duration = .milliseconds(500), maxRecordSize: Int = 256 * 1024, changes: Int = 1000,
        services: Int = 1000, credentialRecoveryTimeout: Duration = .seconds(30),
        halfOpenTimeout: Duration = .seconds(45),
        maxConnections: Int = 64, maxRequestsPerSecond: Int = 20
    ) {
        self.convergenceTimeout = convergenceTimeout
        self.timeToLive = timeToLive
        self.minTimeToLive = minTimeToLive
        self.expirySlack = expirySlack
        self.expiryGranularity = expiryGranularity
        self.recoveryTimeout = recoveryTimeout
        self.operationTimeout = operationTimeout
        self.observationWindow = observationWindow
        self.maxRecordSize = maxRecordSize
        self.changes = changes
        self.services = services
        self.credentialRecoveryTimeout = credentialRecoveryTimeout
        self.halfOpenTimeout = halfOpenTimeout
        self.maxConnections = maxConnections
        self.maxRequestsPerSecond = maxRequestsPerSecond
    }

    /// Until another client sees a write.
    public var defaultTimeout: Duration { convergenceTimeout }

    /// Each bound with its name and value, for reports.
    public var namedValues: [(name: String, value: String)] {
        [
            ("convergence", "\(convergenceTimeout)"), ("timeToLive", "\(timeToLive)"),
            ("shortestTimeToLive", "\(minTimeToLive)"), ("expirySlack", "\(expirySlack)"),
            ("expiryGranularity", "\(expiryGranularity)"), ("heal", "\(recoveryTimeout)"),
            ("operation", "\(operationTimeout)"), ("quiet", "\(observationWindow)"),
            ("largestRecord", "\(maxRecordSize) bytes"), ("changes", "\(changes)"),
            ("services", "\(services)"), ("healFromRefusal", "\(credentialRecoveryTimeout)"),
            ("halfOpen", "\(halfOpenTimeout)"),
            ("connections", "\(maxConnections)"), ("requestsPerSecond", "\(maxRequestsPerSecond)"),
        ]
    }
}
