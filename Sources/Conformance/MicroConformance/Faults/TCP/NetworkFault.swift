// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Something that goes wrong on the way between a client and its backend: what, in which direction, on which
/// connections, and from when on. A ``FaultProxy`` carries it out.
///
/// ```swift
/// proxy.faults = [.blackHole.towards(.toClient), .latency(.milliseconds(50)).onConnection(2)]
/// proxy.faults = [.reset.onceSeen("wait=", .toServer)]
/// ```
///
/// Faults add up: delays are summed, the slowest pace holds, and what ends a connection ends it.
public struct NetworkFault: Sendable, Hashable {
    /// What goes wrong.
    public enum Kind: Sendable, Hashable {
        /// Nobody listens: connecting fails. Open connections live on. On single connections, or with a trigger, the
        /// connection is reset instead, as a listener is there for all or for none. The direction means nothing.
        case refuse
        /// Accepts, reads, and never answers; connects to no server. Once it is lifted, the server gets what the client
        /// has sent, or the connection is reset if that was more than the proxy keeps. The direction means nothing.
        case unresponsive
        /// Bytes, and the end of the stream, arrive later by this much, give or take a random part of `jitter`.
        /// They stay in order.
        case latency(Duration, jitter: Duration)
        /// No more than so many bytes a second, at least 1, on each connection and in each direction.
        case bandwidthLimit(bytesPerSecond: Int)
        /// Every byte is written by itself: the first 16,384 in each direction of a connection since the fault came into
        /// force.
        case slice
        /// The sockets stay open and nothing passes, no closing and no reset either. It flows on when lifted.
        case blackHole
        /// The side that the direction points to sees the end of the stream (FIN), while the other direction goes on.
        /// What was still to come is dropped.
        case halfClose
        /// The side that the direction points to sees a reset (RST), the other one an orderly end.
        case reset
        /// Both sides see a reset after so many bytes have passed in the direction since the fault came into force.
        case cut(afterBytes: Int)
        /// The end of the stream, or a reset, is passed on only after this time.
        case slowClose(Duration)
        /// Open connections are reset every so often, at most once in a millisecond. The direction means nothing.
        case flap(every: Duration)
    }

    /// Which bytes are meant.
    public enum Direction: Sendable, Hashable {
        /// From the client to the server.
        case toServer
        /// From the server to the client.
        case toClient
        /// Each of the two.
        case both
    }

    /// Which connections are meant.
    public enum Connections: Sendable, Hashable {
        /// Every one.
        case all
        /// The n-th that the proxy has accepted, from 1.
        case number(Int)
    }

    /// From when on a fault is in force on a connection.
    public enum Trigger: Sendable, Hashable {
        /// As soon as it is set.
        case always
        /// From the moment these bytes have passed, after it was set: what follows them is concerned, they are not.
        /// Where reads happen to split them does not matter. An empty pattern is ``always``.
        case pattern([UInt8], in: Direction = .both)
    }

    /// What goes wrong.
    public var kind: Kind
    /// In which direction.
    public var direction: Direction
    /// On which connections.
    public var connections: Connections
    /// From when on.
    public var trigger: Trigger

    /// Creates a fault, by default in force at once, everywhere.
    public init(
        _ kind: Kind, direction: Direction = .both, connections: Connections = .all, trigger: Trigger = .always
    ) {
        self.kind = kind
        self.direction = direction
        self.connections = connections
        self.trigger = trigger
    }
}
