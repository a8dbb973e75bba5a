// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension NetworkFault {
    /// Nobody listens.
    public static var refuse: NetworkFault { NetworkFault(.refuse) }
    /// Accepts and never answers.
    public static var unresponsive: NetworkFault { NetworkFault(.unresponsive) }
    /// Every byte is written by itself, in both directions.
    public static var slice: NetworkFault { NetworkFault(.slice) }
    /// Nothing passes, in both directions.
    public static var blackHole: NetworkFault { NetworkFault(.blackHole) }
    /// The client sees the end of the stream, and can still send.
    public static var halfClose: NetworkFault { NetworkFault(.halfClose, direction: .toClient) }
    /// Both sides see a reset, at once.
    public static var reset: NetworkFault { NetworkFault(.reset) }

    /// Everything takes longer by `delay`, give or take a random part of `jitter`, in each direction.
    public static func latency(_ delay: Duration, jitter: Duration = .zero) -> NetworkFault {
        NetworkFault(.latency(delay, jitter: jitter))
    }

    /// At most so many bytes a second in each direction.
    public static func bandwidthLimit(bytesPerSecond: Int) -> NetworkFault {
        NetworkFault(.bandwidthLimit(bytesPerSecond: bytesPerSecond))
    }

    /// A reset after so many bytes of the answer: the direction is ``Direction/toClient``.
    public static func cut(afterBytes count: Int) -> NetworkFault { NetworkFault(.cut(afterBytes: count), direction: .toClient) }

    /// The end of a stream is passed on only after this time, in each direction.
    public static func slowClose(_ delay: Duration) -> NetworkFault { NetworkFault(.slowClose(delay)) }

    /// All connections are reset every so often.
    public static func flap(every interval: Duration) -> NetworkFault { NetworkFault(.flap(every: interval)) }

    /// This fault in one direction.
    public func inDirection(_ direction: Direction) -> NetworkFault {
        var fault = self
        fault.direction = direction
        return fault
    }

    /// This fault on the n-th connection alone, from 1.
    public func onConnection(_ number: Int) -> NetworkFault {
        var fault = self
        fault.connections = .number(number)
        return fault
    }

    /// This fault on each connection from the moment this text has passed on it.
    public func afterPattern(_ text: String, _ direction: Direction = .both) -> NetworkFault {
        var fault = self
        fault.trigger = .pattern(Array(text.utf8), in: direction)
        return fault
    }
}
