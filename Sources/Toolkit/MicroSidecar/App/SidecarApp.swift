// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import MicroEdge

/// A program beside a sidecar, which the sidecar registers while it is healthy.
public struct SidecarApp: Sendable {
    /// The name of the service.
    public var name: String
    /// The version; empty by default, as in Go Micro.
    public var version = ""
    /// The address of the app.
    public var address: Address
    /// The metadata of the node.
    public var metadata: [String: String] = [:]
    /// The endpoints of the app, for the registry.
    public var endpoints: [Endpoint] = []
    /// How the app receives calls; ``SidecarAppProtocol/direct`` by default.
    public var callProtocol = SidecarAppProtocol.direct
    /// The address on which the sidecar receives the calls for the app; a free port of 127.0.0.1 by default. It has no effect
    /// with ``SidecarAppProtocol/direct``.
    public var listenAddress = Address(host: "127.0.0.1", port: 0)
    /// The address to register in place of ``listenAddress``; nil for none.
    public var advertise: Address?
    /// How the health of the app is checked.
    public var healthCheck = AppHealthCheck()
    /// The time to live of the registration and the interval of its renewal.
    public var registration = Registration.Configuration()
    /// The topics whose events the app receives.
    public var subscriptions: [AppSubscription] = []
    /// The path at which the app declares further subscriptions, as JSON; nil, the default, for none.
    public var subscriptionsPath: String?

    /// Creates an app with the defaults.
    public init(name: String, address: Address) {
        self.name = name
        self.address = address
    }

    /// Checks the values that a registry or a broker would refuse later.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidName` or `invalidArgument`.
    func validate() throws {
        try record(at: Address(host: "127.0.0.1", port: 1), id: "check", metadata: metadata).validate()
        guard let port = address.port, port > 0 else {
            throw MicroError(
                .invalidArgument, "the address \(address) of \(name) has no port; write HOST:PORT",
                origin: MicroError.Origin.edge)
        }
        try healthCheck.validate()
        for subscription in subscriptions { try subscription.validate() }
    }

    /// The record of the app with one node.
    func record(at address: Address, id: String, metadata: [String: String]) -> ServiceRecord {
        ServiceRecord(
            name: name, version: version, endpoints: endpoints,
            nodes: [Node(id: "\(name)-\(id)", address: address.host, port: address.port, metadata: metadata)])
    }
}

/// How an app receives the calls for its service.
public enum SidecarAppProtocol: String, Sendable, CaseIterable, Codable {
    /// The address of the app is registered, as in Go Micro: callers connect to the app, and send JSON-RPC to `/`.
    case direct
    /// The sidecar receives the calls, and sends each one to the app as an HTTP request.
    case http
    /// The sidecar receives the calls, and sends each one to the app as a request of JSON-RPC to `/`.
    case jsonRPC = "jsonrpc"
}

/// How the health of an app is checked. The app is registered after the first success.
public struct AppHealthCheck: Sendable {
    /// What is checked.
    public enum Target: Sendable, Hashable {
        /// The app accepts a connection at its address.
        case tcp
        /// `GET` of a URL has the status 200.
        case http(String)
        /// `grpc.health.v1.Health/Check` of gRPC at the address of the app responds with `SERVING`. The name of the service is
        /// empty for the whole server.
        case grpc(service: String)
        /// Nothing: the app counts as healthy.
        case none
    }

    /// The maximum length of the name of a gRPC service, in bytes.
    static let maxServiceLength = 120

    /// What is checked; a connection by default.
    public var target = Target.tcp
    /// The time between two checks; 5 s by default.
    public var interval: Duration = .seconds(5)
    /// The time limit of a check; 500 ms by default.
    public var timeout: Duration = .milliseconds(500)
    /// The number of failures in a row after which the app is deregistered; 3 by default.
    public var failureThreshold = 3
    /// The number of successes in a row after which the app is registered; 1 by default.
    public var successThreshold = 1

    /// Creates a check with the defaults.
    public init() {}

    /// Checks the values.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    func validate() throws {
        guard interval > .zero, timeout > .zero, failureThreshold > 0, successThreshold > 0 else {
            throw MicroError(
                .invalidArgument, "the interval, the timeout and the thresholds of a health check must be above zero",
                origin: MicroError.Origin.edge)
        }
        guard case .grpc(let service) = target else { return }
        guard service.utf8.count <= Self.maxServiceLength else {
            throw MicroError(
                .invalidArgument, "the name of a gRPC service has at most \(Self.maxServiceLength) bytes",
                origin: MicroError.Origin.edge)
        }
    }
}
