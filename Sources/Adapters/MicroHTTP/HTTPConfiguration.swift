// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What an HTTP transport may be told. Every value has a default that suits a service in a data centre.
public struct HTTPConfiguration: Sendable {
    /// The largest body of a request or a response, in bytes, sent or received; 4 MiB by default.
    public var maxBodySize = 4 * 1024 * 1024
    /// The largest header of a request or a response, in bytes of all names and values, sent or received; 256 KiB by
    /// default. The number of fields is limited to 256.
    public var maxHeaderSize = 256 * 1024
    /// How long a connection may take to open, the resolution of the name included; 1 s by default.
    public var connectTimeout: Duration = .seconds(1)
    /// How many unused connections to one address are kept for later calls; 64 by default.
    public var maxIdleConnectionsPerAddress = 64
    /// How long an unused connection is kept; 30 s by default. Servers of this toolkit keep theirs for longer.
    public var maxIdleConnectionAge: Duration = .seconds(30)
    /// How many connections to one address there may be, and so calls at a time; 1,024 by default. Calls beyond fail
    /// with `resourceExhausted`.
    public var maxConnectionsPerAddress = 1024
    /// How many connections a listener has at a time; 16,384 by default. What comes beyond is closed at once.
    public var maxConnectionsPerListener = 16_384
    /// How long a server keeps a connection on which nothing comes; 2 min by default.
    public var idleTimeout: Duration = .seconds(120)
    /// How long a request may take to come in, from its first byte to its last; 30 s by default.
    public var requestReadTimeout: Duration = .seconds(30)
    /// The deadline of a received request that carries no `Timeout`; 30 s by default.
    public var defaultRequestTimeout: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}
