// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a registry adapter promises in numbers. They are printed in every report, so that a slack bound is seen.
public struct RegistryBounds: ConformanceBounds, Hashable {
    /// Until another client sees a write; 1 s by default.
    public var convergence: Duration
    /// The time to live of cases that are about it; 3 s by default. Other cases register for a minute.
    public var timeToLive: Duration
    /// What a shorter time to live is raised to; 1 s by default.
    public var shortestTimeToLive: Duration
    /// How much later than its time to live a node may go; 2 s by default.
    public var expirySlack: Duration
    /// How much earlier than its time to live a node may go, by the backend's granularity; none by default.
    public var expiryGranularity: Duration
    /// Until a lost registration or a watch is whole again, once the backend is; 15 s by default.
    public var heal: Duration
    /// How long one operation may take when the backend does not answer; 6 s by default.
    public var operation: Duration
    /// How long a case watches that something does not happen; 0.5 s by default.
    public var quiet: Duration
    /// The largest record, in bytes of text; that of the contract by default.
    public var largestRecord: Int
    /// How many changes a slow reader has to survive; 1,000 by default.
    public var changes: Int
    /// How many services, of ten nodes each, the stress case registers; 1,000 by default.
    public var services: Int
    /// Until a watch is whole again whose credentials were refused for a moment: refusals are retried slowly; 30 s by
    /// default.
    public var healFromRefusal: Duration
    /// Until a watch notices that its connection is dead though nothing said so; 45 s by default.
    public var halfOpen: Duration
    /// The most connections that one client holds, with 200 registrations and 25 watched services; 64 by default.
    public var connections: Int
    /// How many requests one client with one watch may send in a second while the backend fails; 20 by default.
    public var requestsPerSecond: Int

    /// The defaults.
    public init(
        convergence: Duration = .seconds(1), timeToLive: Duration = .seconds(3),
        shortestTimeToLive: Duration = .seconds(1), expirySlack: Duration = .seconds(2),
        expiryGranularity: Duration = .zero, heal: Duration = .seconds(15), operation: Duration = .seconds(6),
        quiet: Duration = .milliseconds(500), largestRecord: Int = 256 * 1024, changes: Int = 1000,
        services: Int = 1000, healFromRefusal: Duration = .seconds(30), halfOpen: Duration = .seconds(45),
        connections: Int = 64, requestsPerSecond: Int = 20
    ) {
        self.convergence = convergence
        self.timeToLive = timeToLive
        self.shortestTimeToLive = shortestTimeToLive
        self.expirySlack = expirySlack
        self.expiryGranularity = expiryGranularity
        self.heal = heal
        self.operation = operation
        self.quiet = quiet
        self.largestRecord = largestRecord
        self.changes = changes
        self.services = services
        self.healFromRefusal = healFromRefusal
        self.halfOpen = halfOpen
        self.connections = connections
        self.requestsPerSecond = requestsPerSecond
    }

    /// Until another client sees a write.
    public var patience: Duration { convergence }

    /// Each bound with its name and value, for reports.
    public var described: [(name: String, value: String)] {
        [
            ("convergence", "\(convergence)"), ("timeToLive", "\(timeToLive)"),
            ("shortestTimeToLive", "\(shortestTimeToLive)"), ("expirySlack", "\(expirySlack)"),
            ("expiryGranularity", "\(expiryGranularity)"), ("heal", "\(heal)"),
            ("operation", "\(operation)"), ("quiet", "\(quiet)"),
            ("largestRecord", "\(largestRecord) bytes"), ("changes", "\(changes)"),
            ("services", "\(services)"), ("healFromRefusal", "\(healFromRefusal)"), ("halfOpen", "\(halfOpen)"),
            ("connections", "\(connections)"), ("requestsPerSecond", "\(requestsPerSecond)"),
        ]
    }
}
