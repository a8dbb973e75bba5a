// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEdge

/// The services and routes of a gateway at one moment.
struct RouteTable: Sendable {
    /// A route that matches a request.
    struct Match: Sendable {
        let route: EndpointRoute
        let variables: [String: String]
    }

    /// The endpoints by service, of the services in the namespace.
    let endpoints: [String: [String: Endpoint]]
    /// The versions by service.
    let versions: [String: Set<String>]
    /// The routes that were left out, with the reasons.
    let problems: [String]
    private let tree: RouteTree
    /// The first service by name for each end of a service's name, such as `b.c` for `a.b.c`; that of the empty end is the first
    /// of all.
    private let servicesByNameEnd: [Substring: String]
    private let reservations: [PathReservation]

    /// Creates the table of a registry's state.
    ///
    /// - Parameter reservedPaths: See ``GatewayConfiguration/reservedPaths``.
    init(_ state: RegistryState, mapping: PathMapping, reservedPaths: [String: String] = [:]) {
        var endpoints: [String: [String: Endpoint]] = [:]
        var versions: [String: Set<String>] = [:]
        var routes: [EndpointRoute] = []
        var problems: [String] = []
        for service in state.names.sorted() where mapping.contains(service) {
            var known: [String: Endpoint] = [:]
            for endpoint in state[service].flatMap(\.endpoints) where known[endpoint.name] == nil {
                known[endpoint.name] = endpoint
                guard Self.isPublic(endpoint.name) else { continue }
                let declared = EndpointRoute.routes(of: endpoint, service: service)
                routes += declared.routes
                problems += declared.problems
            }
            endpoints[service] = known
            versions[service] = Set(state[service].filter { !$0.nodes.isEmpty }.map(\.version))
        }
        // The sort is stable, so that ties are resolved by the names of the services.
        tree = RouteTree(routes.sorted { $0.specificity > $1.specificity })
        servicesByNameEnd = Self.servicesByNameEnd(endpoints.keys.sorted())
        self.endpoints = endpoints
        self.versions = versions
        reservations = PathReservation.all(reservedPaths)
        self.problems = problems + Self.conflicts(in: tree)
    }

    /// The routes that are never used, because another one of the same rank matches the same requests.
    private static func conflicts(in tree: RouteTree) -> [String] {
        tree.equalRoutes.flatMap { group in
            group.indices.dropFirst().compactMap { index in
                group[..<index].first { $0.conflicts(with: group[index]) }.map {
                    "\(group[index].target): \(group[index].pattern.text) is already a route of \($0.target)"
                }
            }
        }.sorted()
    }

    /// All routes, those of a service together.
    var routes: [EndpointRoute] {
        tree.routes.sorted { ($0.target.description, $0.pattern.text) < ($1.target.description, $1.pattern.text) }
    }

    /// The most specific declared route for a request; nil if there is none.
    func match(method: String, host: String?, path: RequestPath) -> Match? {
        tree.first(for: path, where: filter(method, host, path)).map { Self.match($0, path) }
    }

    /// All declared routes for a request, the most specific one first.
    func matches(method: String, host: String?, path: RequestPath) -> [Match] {
        tree.all(for: path, where: filter(method, host, path)).map { Self.match($0, path) }
    }

    private static func match(_ route: EndpointRoute, _ path: RequestPath) -> Match {
        Match(route: route, variables: route.pattern.variables(of: path.segments))
    }

    /// Whether a route is for the method and host of a request, and may have its path.
    private func filter(_ method: String, _ host: String?, _ path: RequestPath) -> (EndpointRoute) -> Bool {
        let host = host.map(EndpointRoute.withoutPort) ?? ""
        let owner = owner(of: path)
        return { route in
            (route.methods.isEmpty || route.methods.contains(method))
                && (route.hosts.isEmpty || route.hosts.contains(host))
                && (owner == nil || owner == route.target.service)
        }
    }

    /// The service that alone may have routes for a path; nil if all may.
    private func owner(of path: RequestPath) -> String? {
        reservations.first { path.segments.starts(with: $0.segments) }?.service
    }

    /// The first target whose endpoint is registered; otherwise, the first whose service is registered.
    func registered(_ targets: [GatewayTarget]) -> GatewayTarget? {
        targets.first { endpoints[$0.service]?[$0.endpoint] != nil } ?? targets.first { endpoints[$0.service] != nil }
    }

    /// The registered service whose name is nearest to a name: the one with the longest common suffix of name parts.
    func nearestService(to name: String) -> String? {
        // No service has a longer name.
        guard name.utf8.count <= 253 else { return servicesByNameEnd[""] }
        return Self.nameEnds(of: name).lazy.compactMap { servicesByNameEnd[$0] }.first
    }

    private static func servicesByNameEnd(_ services: [String]) -> [Substring: String] {
        services.reduce(into: [:]) { result, service in
            for end in nameEnds(of: service) where result[end] == nil { result[end] = service }
        }
    }

    /// The name, and its ends without the first parts, down to the empty one.
    private static func nameEnds(of name: String) -> [Substring] {
        let dots = name.indices.filter { name[$0] == "." }
        return [name[...]] + dots.map { name[name.index(after: $0)...] } + [""]
    }

    /// Whether an endpoint may be called from outside. Those of the toolkit for operators may not.
    static func isPublic(_ endpoint: String) -> Bool {
        !endpoint.hasPrefix("Debug.") && !endpoint.hasPrefix("Command.")
    }
}
