// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import NIOPosix

/// Configuration of an ``HTTPTransport``. The defaults suit a service in a data center.
public struct HTTPConfiguration: Sendable {
    /// The maximum size of the body of a request or a response, in bytes, sent or received; 4 MiB by default.
    public var maxBodySize = 4 * 1024 * 1024
    /// The maximum size of all field names and values of a request or a response, in bytes, sent or received; 256 KiB by
    /// default. The number of fields is limited to 256.
    public var maxHeaderSize = 256 * 1024
    /// The timeout for opening a connection, including name resolution; 1 s by default.
    public var connectTimeout: Duration = .seconds(1)
    /// The maximum number of idle connections to one address that are kept for later calls; 64 by default.
    public var maxIdleConnectionsPerAddress = 64
    /// How long an idle connection is kept; 30 s by default. swift-micro servers keep idle connections for longer.
    public var maxIdleConnectionAge: Duration = .seconds(30)
    /// The maximum number of connections to one address, and therefore of concurrent calls and streams; 1,024 by
    /// default. Calls beyond it fail with `resourceExhausted`.
    public var maxConnectionsPerAddress = 1024
    /// The maximum number of connections of a listener; 16,384 by default. Connections beyond it are closed
    /// immediately.
    public var maxConnectionsPerListener = 16_384
    /// How long a server keeps a connection without a request; 2 min by default.
    public var idleTimeout: Duration = .seconds(120)
    /// The timeout for receiving a request, from its first byte to its last; 30 s by default.
    public var requestReadTimeout: Duration = .seconds(30)
    /// How long a client that has ended its side of a stream waits for each further message of a go-micro server; 5 s by
    /// default. Some versions never end their side. A go-micro client ends its side by closing the connection: a server
    /// then waits for the same time before it cancels the handler.
    public var streamEndTimeout: Duration = .seconds(5)
    /// The timeout of a received call without a `Timeout` header; 30 s by default.
    public var defaultRequestTimeout: Duration = .seconds(30)

    /// The event loops of the connections; by default, the event loops of the process. The creator of a group must shut
    /// it down after the transport is closed.
    public var eventLoopGroup = MultiThreadedEventLoopGroup.singleton

    /// The defaults.
    public init() {}
}
