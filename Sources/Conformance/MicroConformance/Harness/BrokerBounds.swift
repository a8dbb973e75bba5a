// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a broker adapter promises in numbers. They are printed in every report, so that a slack bound is seen.
public struct BrokerBounds: ConformanceBounds, Hashable {
    /// Until a message that was published has come to who has subscribed; 5 s by default.
    public var delivery: Duration
    /// How long a delivery may stay unacknowledged in cases that are about it; 1 s by default.
    public var acknowledgeWait: Duration
    /// Until messages flow again by themselves, once the backend is back; 15 s by default.
    public var heal: Duration
    /// How long one operation may take when the backend does not answer; 6 s by default.
    public var operation: Duration
    /// How long a case watches that something does not happen; 0.5 s by default.
    public var quiet: Duration
    /// Until a dead connection is noticed though nothing said so; 45 s by default.
    public var halfOpen: Duration
    /// How many messages the cases about many publish; 1,000 by default. Those about restarts publish ten times as many.
    public var messages: Int
    /// How many subscriptions the cases about many make; 200 by default. That about leaks makes ten times as many.
    public var subscriptions: Int
    /// The most connections that one client holds; 4 by default.
    public var connections: Int
    /// How many times a second a client may try to connect while it cannot; 20 by default.
    public var attemptsPerSecond: Int

    /// The defaults.
    public init(
        delivery: Duration = .seconds(5), acknowledgeWait: Duration = .seconds(1), heal: Duration = .seconds(15),
        operation: Duration = .seconds(6), quiet: Duration = .milliseconds(500), halfOpen: Duration = .seconds(45),
        messages: Int = 1000, subscriptions: Int = 200, connections: Int = 4, attemptsPerSecond: Int = 20
    ) {
        self.delivery = delivery
        self.acknowledgeWait = acknowledgeWait
        self.heal = heal
        self.operation = operation
        self.quiet = quiet
        self.halfOpen = halfOpen
        self.messages = messages
        self.subscriptions = subscriptions
        self.connections = connections
        self.attemptsPerSecond = attemptsPerSecond
    }

    /// Until a message has come.
    public var patience: Duration { delivery }

    /// Each bound with its name and value, for reports.
    public var described: [(name: String, value: String)] {
        [
            ("delivery", "\(delivery)"), ("acknowledgeWait", "\(acknowledgeWait)"), ("heal", "\(heal)"),
            ("operation", "\(operation)"), ("quiet", "\(quiet)"), ("halfOpen", "\(halfOpen)"),
            ("messages", "\(messages)"), ("subscriptions", "\(subscriptions)"), ("connections", "\(connections)"),
            ("attemptsPerSecond", "\(attemptsPerSecond)"),
        ]
    }
}
