// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a transport adapter promises in numbers. They are printed in every report, so that a slack bound is seen.
public struct TransportBounds: ConformanceBounds, Hashable {
    /// Until a call is answered, or a message of a stream has come; 10 s by default.
    public var responseTimeout: Duration
    /// How soon the other side hears that a call or a stream was cancelled; 1 s by default.
    public var cancellationTimeout: Duration
    /// The deadline of calls that are not to be answered; 0.5 s by default. They have to end within 1.5 times that.
    public var deadline: Duration
    /// Until calls work again by themselves once the way is free; 5 s by default.
    public var recoveryTimeout: Duration
    /// How long a case watches that something does not happen; 0.2 s by default.
    public var observationWindow: Duration
    /// How many calls the cases about many make; 1,000 by default. That about cancelled calls makes ten times as many.
    public var calls: Int
    /// The most connections that one client holds, with 64 calls at a time; 64 by default.
    public var maxConnections: Int

    /// The defaults.
    public init(
        responseTimeout: Duration = .seconds(10), cancellationTimeout: Duration = .seconds(1),
        deadline: Duration = .milliseconds(500),
        recoveryTimeout: Duration = .seconds(5), observationWindow: Duration = .milliseconds(200), calls: Int = 1000,
        maxConnections: Int = 64
    ) {
        self.responseTimeout = responseTimeout
        self.cancellationTimeout = cancellationTimeout
        self.deadline = deadline
        self.recoveryTimeout = recoveryTimeout
        self.observationWindow = observationWindow
        self.calls = calls
        self.maxConnections = maxConnections
    }

    /// Until a call is answered.
    public var defaultTimeout: Duration { responseTimeout }

    /// Each bound with its name and value, for reports.
    public var namedValues: [(name: String, value: String)] {
        [
            ("answer", "\(responseTimeout)"), ("cancellation", "\(cancellationTimeout)"), ("deadline", "\(deadline)"),
            ("heal", "\(recoveryTimeout)"), ("quiet", "\(observationWindow)"), ("calls", "\(calls)"),
            ("connections", "\(maxConnections)"),
        ]
    }
}
