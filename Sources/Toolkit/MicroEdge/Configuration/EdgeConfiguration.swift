// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Tracing

/// Configuration of an ``EdgeServer``. The defaults suit a server that only programs of this machine reach.
public struct EdgeConfiguration: Sendable {
    /// The address to listen on, `host:port`; `127.0.0.1:8080` by default. Port 0 selects a free port.
    ///
    /// An address other than a loopback address requires ``authenticators`` or ``allowsAnonymousAccess``.
    public var address = "127.0.0.1:8080"

    /// Whether clients without credentials may connect from other machines; false by default.
    public var allowsAnonymousAccess = false

    /// The certificate and key; nil, the default, for plain HTTP.
    public var tls: EdgeTLSConfiguration?

    /// The limits on requests, connections and time.
    public var limits = EdgeLimits()

    /// The maximum rate of requests of one client; nil, the default, for none.
    public var rateLimit: RateLimit?

    /// The ways in which clients may authenticate; empty by default. If there are any, a request needs one that succeeds.
    public var authenticators: [any Authenticator] = []

    /// The origins whose pages may read responses; nil, the default, for none.
    public var cors: CORSPolicy?

    /// The hosts that requests may name, without ports, such as `api.example.com`; others are rejected with 421. Empty, the
    /// default, for all.
    ///
    /// A server on a loopback address without ``authenticators`` then serves only names of this machine: addresses, names without
    /// a dot, and those that end with `.localhost`. Otherwise a page could point its own name to the server, and read responses
    /// (DNS rebinding).
    public var allowedHosts: [String] = []

    /// The networks of the proxies in front of this server, in CIDR notation (RFC 4632) such as `10.0.0.0/8`; empty by
    /// default. Only requests from these networks may name another client in `X-Forwarded-For`.
    public var trustedProxies: [String] = []

    /// The networks of the clients that are served, in CIDR notation; empty, the default, for all. Others are rejected with 403. The
    /// health checks and metrics are not restricted.
    public var allowedClients: [String] = []

    /// Which responses are compressed; nil, the default, for none.
    public var compression: CompressionPolicy?

    /// The tracer for the spans of requests; nil, the default, for that of the `InstrumentationSystem`, if the program has set up
    /// one.
    public var tracer: (any Tracer)?

    /// The format of the access log; nil for none. JSON by default.
    public var accessLogFormat: AccessLogFormat? = .json

    /// Creates a configuration with the defaults.
    public init() {}
}

/// Limits of an ``EdgeServer``.
public struct EdgeLimits: Sendable {
    /// The maximum size of a request's body, in bytes; 4 MiB by default. A larger one is rejected with 413.
    public var maxBodySize = 4 * 1024 * 1024
    /// The maximum size of all header fields of a request, in bytes; 64 KiB by default.
    public var maxHeaderSize = 64 * 1024
    /// The maximum number of header fields of a request; 128 by default.
    public var maxHeaderCount = 128
    /// The maximum length of a request's target, in bytes; 8 KiB by default. A longer one is rejected with 414.
    public var maxTargetLength = 8 * 1024
    /// The maximum number of open connections; 8,192 by default. Further ones wait in the backlog of the system.
    public var maxConnections = 8192
    /// The maximum number of requests that run at the same time; 1,024 by default. Further ones are rejected with 503.
    public var maxConcurrentRequests = 1024
    /// The time limit of a request, from its header to the header of its response; 30 s by default. Then the response is 408.
    /// If the client closes its connection, or only its sending side, the request is cancelled.
    public var requestTimeout: Duration = .seconds(30)
    /// The maximum idle time between two requests, the time limit of receiving a header, and how long a client may accept no
    /// data of a response; 60 s by default.
    public var idleTimeout: Duration = .seconds(60)

    /// Creates the default limits.
    public init() {}
}
