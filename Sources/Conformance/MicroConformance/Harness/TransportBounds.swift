// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a transport adapter promises in numbers. They are printed in every report, so that a slack bound is seen.
public struct TransportBounds: ConformanceBounds, Hashable {
    /// Until a call is answered, or a message of a stream has come; 10 s by default.
    public var answer: Duration
    /// How soon the other side hears that a call or a stream was cancelled; 1 s by default.
    public var cancellation: Duration
    /// The deadline of calls that are not to be answered; 0.5 s by default. They have to end within 1.5 times that.
    public var deadline: Duration
    /// Until calls work again by themselves once the way is free; 5 s by default.
    public var heal: Duration
    /// How long a case watches that something does not happen; 0.2 s by default.
    public var quiet: Duration
    /// How many calls the cases about many make; 1,000 by default. That about cancelled calls makes ten times as many.
    public var calls: Int
    /// The most connections that one client holds, with 64 calls at a time; 64 by default.
    public var connections: Int

    /// The defaults.
    public init(
        answer: Duration = .seconds(10), cancellation: Duration = .seconds(1), deadline: Duration = .milliseconds(500),
        heal: Duration = .seconds(5), quiet: Duration = .milliseconds(200), calls: Int = 1000, connections: Int = 64
    ) {
        self.answer = answer
        self.cancellation = cancellation
        self.deadline = deadline
        self.heal = heal
        self.quiet = quiet
        self.calls = calls
        self.connections = connections
    }

    /// Until a call is answered.
    public var patience: Duration { answer }

    /// Each bound with its name and value, for reports.
    public var described: [(name: String, value: String)] {
        [
            ("answer", "\(answer)"), ("cancellation", "\(cancellation)"), ("deadline", "\(deadline)"),
            ("heal", "\(heal)"), ("quiet", "\(quiet)"), ("calls", "\(calls)"), ("connections", "\(connections)"),
        ]
    }
}
