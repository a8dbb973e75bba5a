// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension NetworkFault {
    /// Refuses connections.
    public static var refuse: NetworkFault { NetworkFault(.refuse) }
    /// Accepts connections and never responds.
    public static var unresponsive: NetworkFault { NetworkFault(.unresponsive) }
    /// Writes every byte separately, in both directions.
    public static var slice: NetworkFault { NetworkFault(.slice) }
    /// Forwards nothing, in both directions.
    public static var blackHole: NetworkFault { NetworkFault(.blackHole) }
    /// Ends the stream to the client, which can still send.
    public static var halfClose: NetworkFault { NetworkFault(.halfClose, direction: .toClient) }
    /// Resets both sides.
    public static var reset: NetworkFault { NetworkFault(.reset) }

    /// Delays everything in each direction, plus or minus a random part of `jitter`.
    public static func latency(_ delay: Duration, jitter: Duration = .zero) -> NetworkFault {
        NetworkFault(.latency(delay, jitter: jitter))
    }

    /// Limits the bandwidth in each direction.
    public static func bandwidthLimit(bytesPerSecond: Int) -> NetworkFault {
        NetworkFault(.bandwidthLimit(bytesPerSecond: bytesPerSecond))
    }

    /// Resets both sides after a number of bytes to the client.
    public static func cut(afterBytes count: Int) -> NetworkFault {
        NetworkFault(.cut(afterBytes: count), direction: .toClient)
    }

    /// Delays the end of a stream in each direction.
    public static func slowClose(_ delay: Duration) -> NetworkFault { NetworkFault(.slowClose(delay)) }

    /// Resets all connections at an interval.
    public static func flap(every interval: Duration) -> NetworkFault { NetworkFault(.flap(every: interval)) }

    /// The fault, limited to one direction.
    public func inDirection(_ direction: Direction) -> NetworkFault {
        var fault = self
        fault.direction = direction
        return fault
    }

    /// The fault, limited to the n-th connection, starting at 1.
    public func onConnection(_ number: Int) -> NetworkFault {
        var fault = self
        fault.connections = .number(number)
        return fault
    }

    /// The fault, starting on each connection when a text has been forwarded on it.
    public func afterPattern(_ text: String, _ direction: Direction = .both) -> NetworkFault {
        var fault = self
        fault.trigger = .pattern(Array(text.utf8), in: direction)
        return fault
    }
}
