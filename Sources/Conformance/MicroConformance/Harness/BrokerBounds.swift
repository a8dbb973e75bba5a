// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a broker adapter promises in numbers. They are printed in every report, so that a slack bound is seen.
public struct BrokerBounds: ConformanceBounds, Hashable {
    /// Until a message that was published has come to who has subscribed; 5 s by default.
    public var deliveryTimeout: Duration
    /// How long a delivery may stay unacknowledged in cases that are about it; 1 s by default.
    public var acknowledgementTimeout: Duration
    /// Until messages flow again by themselves, once the backend is back; 15 s by default.
    public var recoveryTimeout: Duration
    /// How long one operation may take when the backend does not answer; 6 s by default.
    public var operationTimeout: Duration
    /// How long a case watches that something does not happen; 0.5 s by default.
    public var observationWindow: Duration
    /// Until a dead connection is noticed though nothing said so; 45 s by default.
    public var halfOpenTimeout: Duration
    /// How many messages the cases about many publish; 1,000 by default. Those about restarts publish ten times as many.
    public var messages: Int
    /// How many subscriptions the cases about many make; 200 by default. That about leaks makes ten times as many.
    public var subscriptions: Int
    /// The most connections that one client holds; 4 by default.
    public var maxConnections: Int
    /// How many times a second a client may try to connect while it cannot; 20 by default.
    public var maxAttemptsPerSecond: Int

    /// The defaults.
    public init(
        deliveryTimeout: Duration = .seconds(5), acknowledgementTimeout: Duration = .seconds(1),
        recoveryTimeout: Duration = .seconds(15),
        operationTimeout: Duration = .seconds(6), observationWindow: Duration = .milliseconds(500),
        halfOpenTimeout: Duration = .seconds(45),
        messages: Int = 1000, subscriptions: Int = 200, maxConnections: Int = 4, maxAttemptsPerSecond: Int = 20
    ) {
        self.deliveryTimeout = deliveryTimeout
        self.acknowledgementTimeout = acknowledgementTimeout
        self.recoveryTimeout = recoveryTimeout
        self.operationTimeout = operationTimeout
        self.observationWindow = observationWindow
        self.halfOpenTimeout = halfOpenTimeout
        self.messages = messages
        self.subscriptions = subscriptions
        self.maxConnections = maxConnections
        self.maxAttemptsPerSecond = maxAttemptsPerSecond
    }

    /// Until a message has come.
    public var defaultTimeout: Duration { deliveryTimeout }

    /// Each bound with its name and value, for reports.
    public var namedValues: [(name: String, value: String)] {
        [
            ("delivery", "\(deliveryTimeout)"), ("acknowledgeWait", "\(acknowledgementTimeout)"),
            ("heal", "\(recoveryTimeout)"),
            ("operation", "\(operationTimeout)"), ("quiet", "\(observationWindow)"), ("halfOpen", "\(halfOpenTimeout)"),
            ("messages", "\(messages)"), ("subscriptions", "\(subscriptions)"), ("connections", "\(maxConnections)"),
            ("attemptsPerSecond", "\(maxAttemptsPerSecond)"),
        ]
    }
}
