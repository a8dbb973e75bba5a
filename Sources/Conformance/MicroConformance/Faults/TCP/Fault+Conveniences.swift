// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension Fault {
    /// Nobody listens.
    public static var refuse: Fault { Fault(.refuse) }
    /// Accepts and never answers.
    public static var unresponsive: Fault { Fault(.unresponsive) }
    /// Every byte is written by itself, in both directions.
    public static var slice: Fault { Fault(.slice) }
    /// Nothing passes, in both directions.
    public static var blackHole: Fault { Fault(.blackHole) }
    /// The client sees the end of the stream, and can still send.
    public static var halfClose: Fault { Fault(.halfClose, direction: .toClient) }
    /// Both sides see a reset, at once.
    public static var reset: Fault { Fault(.reset) }

    /// Everything takes longer by `delay`, give or take a random part of `jitter`, in each direction.
    public static func latency(_ delay: Duration, jitter: Duration = .zero) -> Fault {
        Fault(.latency(delay, jitter: jitter))
    }

    /// At most so many bytes a second in each direction.
    public static func bandwidthLimit(bytesPerSecond: Int) -> Fault {
        Fault(.bandwidthLimit(bytesPerSecond: bytesPerSecond))
    }

    /// A reset after so many bytes of the answer: the direction is ``Direction/toClient``.
    public static func cut(afterBytes count: Int) -> Fault { Fault(.cut(afterBytes: count), direction: .toClient) }

    /// The end of a stream is passed on only after this time, in each direction.
    public static func slowClose(_ delay: Duration) -> Fault { Fault(.slowClose(delay)) }

    /// All connections are reset every so often.
    public static func flap(every interval: Duration) -> Fault { Fault(.flap(every: interval)) }

    /// This fault in one direction.
    public func inDirection(_ direction: Direction) -> Fault {
        var fault = self
        fault.direction = direction
        return fault
    }

    /// This fault on the n-th connection alone, from 1.
    public func onConnection(_ number: Int) -> Fault {
        var fault = self
        fault.connections = .number(number)
        return fault
    }

    /// This fault on each connection from the moment this text has passed on it.
    public func afterPattern(_ text: String, _ direction: Direction = .both) -> Fault {
        var fault = self
        fault.trigger = .pattern(Array(text.utf8), in: direction)
        return fault
    }
}
