// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
public import MicroEdge

/// Configuration of a ``Gateway``. The defaults are those of go-micro's API, reachable from this machine only.
public struct GatewayConfiguration: Sendable {
    /// The HTTP server: address, TLS, limits, authentication, CORS and access log.
    public var edge = EdgeConfiguration()

    /// The prefix of the names of services that the gateway reaches, without the last dot; `go.micro.api` by default. Empty
    /// for all services.
    ///
    /// As in go-micro, `/greeter/say/hello` calls `Say.Hello` of `go.micro.api.greeter`. A namespace that ends in a hyphen
    /// joins all parts of a name with hyphens.
    public var namespace = "go.micro.api"

    /// The handler of requests whose endpoint does not name one; ``GatewayHandler/rpc`` by default.
    public var handler = GatewayHandler.rpc

    /// How a request that no declared route matches is mapped to an endpoint; ``GatewayResolver/micro`` by default.
    public var resolver = GatewayResolver.micro

    /// Whether `POST /rpc` may call any endpoint of the namespace by name; false by default.
    public var allowsExplicitCalls = false

    /// The names of the header fields of a request that its service receives, beside the trace context, the request ID and
    /// the client's address. `Accept-Language` by default; `*` for all but those of HTTP itself and credentials.
    public var forwardedHeaders = ["Accept-Language"]

    /// Path prefixes, such as `/billing`, and the only service that may have routes below each; none by default. Other
    /// services' routes for such paths are ignored.
    public var reservedPaths: [String: String] = [:]

    /// Whether HTTP services may have nodes with link-local addresses such as 169.254.169.254; false by default.
    public var allowsLinkLocalNodes = false

    /// Limits for requests by their path; none by default. They apply in addition to those of ``edge``.
    public var rules: [RouteRule] = []

    /// How the requests for a service are distributed among its versions, by the name of the service; by default among all
    /// nodes.
    public var versions: [String: VersionSplit] = [:]

    /// The maximum time without data from the node of a proxied response, or in a proxied WebSocket; 5 min by default.
    /// Then the connection to the node is closed.
    public var proxyIdleTimeout: Duration = .seconds(300)

    /// The file with the certificate authorities of nodes with the metadata `scheme=https`, in PEM format; nil, the default, for
    /// those that the system trusts. A gateway reads it once.
    public var nodeAuthorityFile: String?

    /// Creates a configuration with the defaults.
    public init() {}

    /// Checks the configuration and its files, as a gateway does when it starts.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the setting.
    public func check() throws {
        _ = try RouteRules(rules)
        try NodeTLS(authorityFile: nodeAuthorityFile).check()
        _ = try EdgeServer(configuration: edge) { _, _ in Response(status: .ok) }
    }
}
