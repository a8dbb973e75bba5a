// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import MicroEdge

/// The routes of a gateway for a state of the registry: for tools that show routes, and explain why a request takes one.
public struct GatewayRoutes: Sendable {
    private let router: GatewayRouter
    private let table: RouteTable

    /// Creates the routes that a gateway with a configuration has for a state.
    public init(_ state: RegistryState, configuration: GatewayConfiguration) {
        router = GatewayRouter(configuration)
        table = RouteTable(state, mapping: router.mapping, reservedPaths: configuration.reservedPaths)
    }

    init(_ table: RouteTable, router: GatewayRouter) {
        self.table = table
        self.router = router
    }

    /// The declared routes, and the paths of the other public endpoints; ordered by service and path.
    public var routes: [RouteDescription] {
        let declared = table.routes.map { RouteDescription($0, handler: $0.handler ?? router.handler) }
        return (declared + mappedRoutes).sorted { ($0.service, $0.path) < ($1.service, $1.path) }
    }

    /// The routes that are ignored, with the reasons.
    public var problems: [String] { table.problems }

    /// Explains what the gateway does with a request.
    ///
    /// - Parameters:
    ///   - method: The method, such as `GET`.
    ///   - target: The path with the query, such as `/users/1?full=true`.
    ///   - host: The host of the request; nil for none.
    /// - Throws: ``/MicroCore/MicroError``: `notFound` if there is no endpoint for it, `invalidArgument` for a path that is
    ///   rejected.
    public func explain(method: String, target: String, host: String? = nil) throws -> RouteExplanation {
        let path = try RequestPath(target: target)
        let resolution = try router.resolve(method: method, host: host, path: path, in: table)
        let others = table.matches(method: method, host: host, path: path).dropFirst().map {
            RouteDescription($0.route, handler: $0.route.handler ?? router.handler)
        }
        let event = resolution.handler == .event ? router.mapping.event(for: path.segments) : nil
        return RouteExplanation(
            path: path.description, handler: resolution.handler, service: event?.topic ?? resolution.target.service,
            endpoint: event?.name ?? resolution.target.endpoint, variables: resolution.variables,
            route: resolution.route.map { RouteDescription($0, handler: resolution.handler) }, others: Array(others))
    }

    /// The endpoints without a declared route whose path the mapping knows.
    private var mappedRoutes: [RouteDescription] {
        guard router.handler == .rpc || router.handler == .api else { return [] }
        let declared = Set(table.routes.map(\.target))
        return table.endpoints.flatMap { service, endpoints in
            endpoints.keys.compactMap { name in
                let target = GatewayTarget(service: service, endpoint: name)
                guard !declared.contains(target), RouteTable.isPublic(name), let path = router.mapping.path(of: target)
                else { return nil }
                return RouteDescription(
                    service: service, endpoint: name, methods: [], hosts: [], path: path, handler: router.handler,
                    isDeclared: false)
            }
        }
    }
}

/// A route of a gateway.
public struct RouteDescription: Sendable, Hashable, Encodable {
    /// The name of the service.
    public var service: String
    /// The name of the endpoint.
    public var endpoint: String
    /// The methods; empty for all.
    public var methods: [String]
    /// The hosts; empty for all.
    public var hosts: [String]
    /// The pattern of the path.
    public var path: String
    /// The handler.
    public var handler: GatewayHandler
    /// Whether the service has declared it; otherwise the path is mapped to the endpoint.
    public var isDeclared: Bool

    init(
        service: String, endpoint: String, methods: [String], hosts: [String], path: String, handler: GatewayHandler,
        isDeclared: Bool
    ) {
        self.service = service
        self.endpoint = endpoint
        self.methods = methods
        self.hosts = hosts
        self.path = path
        self.handler = handler
        self.isDeclared = isDeclared
    }

    init(_ route: EndpointRoute, handler: GatewayHandler) {
        self.init(
            service: route.target.service, endpoint: route.target.endpoint, methods: route.methods.sorted(),
            hosts: route.hosts.sorted(), path: route.pattern.text, handler: handler, isDeclared: true)
    }
}

/// What a gateway does with a request.
public struct RouteExplanation: Sendable, Encodable {
    /// The path in its normal form.
    public var path: String
    /// The handler that responds.
    public var handler: GatewayHandler
    /// The name of the service; the topic for the handler ``GatewayHandler/event``.
    public var service: String
    /// The name of the endpoint; the name of the event for the handler ``GatewayHandler/event``. Empty for the handler
    /// ``GatewayHandler/http``.
    public var endpoint: String
    /// The variables of the path.
    public var variables: [String: String]
    /// The declared route; nil if the path was mapped to the endpoint.
    public var route: RouteDescription?
    /// Further declared routes that match and are less specific.
    public var others: [RouteDescription]
}
