// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A fault of the network between a client and its backend, caused by a ``FaultProxy``: its kind, direction,
/// connections and start.
///
/// ```swift
/// proxy.faults = [.blackHole.inDirection(.toClient), .latency(.milliseconds(50)).onConnection(2)]
/// proxy.faults = [.reset.afterPattern("wait=", .toServer)]
/// ```
///
/// Faults combine: delays are added, the lowest bandwidth applies, and any fault that ends a connection ends it.
public struct NetworkFault: Sendable, Hashable {
    /// The kind of a fault.
    public enum Kind: Sendable, Hashable {
        /// Refuses connections. Open connections continue. For single connections, or with a trigger, the connection is
        /// reset instead, since a listener accepts either all connections or none. The direction is ignored.
        case refuse
        /// Accepts connections, reads, and never responds; does not connect to the server. When the fault ends, the
        /// bytes that the client has sent are forwarded to the server, or the connection is reset if they exceeded the
        /// proxy's buffer. The direction is ignored.
        case unresponsive
        /// Delays bytes and the end of the stream, plus or minus a random part of `jitter`. The order is kept.
        case latency(Duration, jitter: Duration)
        /// Limits the bandwidth to a number of bytes per second, at least 1, per connection and direction.
        case bandwidthLimit(bytesPerSecond: Int)
        /// Writes every byte separately: the first 16,384 in each direction of a connection since the fault started.
        case slice
        /// Keeps the sockets open and forwards nothing, neither an end nor a reset. Everything is forwarded when the
        /// fault ends.
        case blackHole
        /// Ends the stream (FIN) of the side that the direction points to; the other direction continues. Pending bytes
        /// are dropped.
        case halfClose
        /// Resets (RST) the side that the direction points to; the other side gets a normal end (FIN).
        case reset
        /// Resets both sides after a number of bytes in the direction since the fault started.
        case cut(afterBytes: Int)
        /// Delays the end of the stream, or a reset.
        case slowClose(Duration)
        /// Resets open connections at an interval of at least one millisecond. The direction is ignored.
        case flap(every: Duration)
    }

    /// The direction of the affected bytes.
    public enum Direction: Sendable, Hashable {
        /// From the client to the server.
        case toServer
        /// From the server to the client.
        case toClient
        /// Both directions.
        case both
    }

    /// The affected connections.
    public enum Connections: Sendable, Hashable {
        /// All connections.
        case all
        /// The n-th connection that the proxy accepts, starting at 1.
        case number(Int)
    }

    /// When a fault starts on a connection.
    public enum Trigger: Sendable, Hashable {
        /// Immediately.
        case always
        /// After these bytes have been forwarded since the fault was set. The fault affects the bytes that follow,
        /// regardless of how reads split the bytes. An empty pattern means ``always``.
        case pattern([UInt8], in: Direction = .both)
    }

    /// The kind.
    public var kind: Kind
    /// The direction.
    public var direction: Direction
    /// The affected connections.
    public var connections: Connections
    /// When the fault starts.
    public var trigger: Trigger

    /// Creates a fault, by default for all connections, in both directions, starting immediately.
    public init(
        _ kind: Kind, direction: Direction = .both, connections: Connections = .all, trigger: Trigger = .always
    ) {
        self.kind = kind
        self.direction = direction
        self.connections = connections
        self.trigger = trigger
    }
}
