// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
public import MicroEdge
import MicroGateway

/// Configuration of a ``Sidecar``. The defaults suit a sidecar that only programs of this machine reach.
public struct SidecarConfiguration: Sendable {
    /// The HTTP server: address, TLS, limits, authentication, CORS and access log. The address is `127.0.0.1:8081` by default.
    public var edge: EdgeConfiguration

    /// The prefix of the names of services that `/{service}/{method}` reaches; `go.micro.srv` by default. Empty for all
    /// services.
    public var namespace = "go.micro.srv"

    /// How `/{service}/…` is passed on; ``SidecarHandler/rpc`` by default.
    public var handler = SidecarHandler.rpc

    /// The hosts that requests may name beside the loopback names; none by default. It applies to a sidecar that listens on the
    /// loopback interface.
    public var allowedHosts: [String] = []

    /// Whether `/stats` is served; false by default.
    public var servesStatistics = false

    /// The token that the sidecar sends to its apps in the header field `Micro-App-Token`; nil, the default, for none.
    public var appToken: Secret?

    /// The apps beside the sidecar; none by default.
    public var apps: [SidecarApp] = []

    /// Creates a configuration with the defaults.
    public init() {
        edge = EdgeConfiguration()
        edge.address = "127.0.0.1:8081"
    }

    /// The configuration of the routes `/{service}/…`.
    var gateway: GatewayConfiguration {
        var gateway = GatewayConfiguration()
        gateway.edge = edge
        gateway.namespace = namespace
        gateway.handler = handler == .rpc ? .rpc : .http
        gateway.forwardedHeaders = ["*"]
        return gateway
    }
}

/// The ways in which a sidecar passes requests to `/{service}/…` on.
public enum SidecarHandler: String, Sendable, CaseIterable, Codable {
    /// `/greeter/say/hello` calls `Say.Hello` of the service `greeter`.
    case rpc
    /// The request is sent to a node of the HTTP service `greeter` as it is (a reverse proxy).
    case proxy
}
