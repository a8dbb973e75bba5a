// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroEdge

/// Limits for the requests whose path matches a pattern. Of several rules that match, only the most specific one applies.
public struct RouteRule: Sendable, Hashable {
    /// The pattern, as in the metadata of an endpoint: `/reports/{name}`, `/files/{path=**}`, or `^/.*` for every path.
    public var path: String
    /// The methods; empty, the default, for all.
    public var methods: Set<String> = []
    /// The time limit of a request, at most ``/MicroEdge/EdgeLimits/requestTimeout``; nil, the default, for that one.
    public var timeout: Duration?
    /// The maximum size of a request's body, in bytes, at most ``/MicroEdge/EdgeLimits/maxBodySize``; nil, the default, for that
    /// one.
    public var maxBodySize: Int?
    /// The maximum rate of requests of one client, identified by its authenticated name or its address; nil, the
    /// default, for none. Beyond it the response is 429.
    public var rateLimit: RateLimit?
    /// The maximum number of requests that run at the same time; nil, the default, for none. Beyond it the response is 503.
    public var maxConcurrentRequests: Int?

    /// Creates a rule without limits.
    public init(path: String) { self.path = path }
}
