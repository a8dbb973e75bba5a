// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEdge

/// Decides which handler responds to a request, and for which endpoint.
struct GatewayRouter: Sendable {
    /// The decision for a request.
    struct Resolution: Sendable {
        let handler: GatewayHandler
        let target: GatewayTarget
        /// The declared route; nil if the path was mapped.
        let route: EndpointRoute?
        /// The variables of the route's template.
        let variables: [String: String]
    }

    let handler: GatewayHandler
    let mapping: PathMapping

    init(_ configuration: GatewayConfiguration) {
        handler = configuration.handler
        mapping = PathMapping(namespace: configuration.namespace, resolver: configuration.resolver)
    }

    /// Resolves a request: by the most specific declared route, otherwise by its path.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `notFound` that names what was looked for.
    func resolve(method: String, host: String?, path: RequestPath, in table: RouteTable) throws -> Resolution {
        if let match = table.match(method: method, host: host, path: path) {
            return Resolution(
                handler: match.route.handler ?? handler, target: match.route.target, route: match.route,
                variables: match.variables)
        }
        return Resolution(
            handler: handler, target: try target(for: path, host: host, in: table), route: nil, variables: [:])
    }

    private func target(for path: RequestPath, host: String?, in table: RouteTable) throws -> GatewayTarget {
        switch handler {
        case .event: GatewayTarget(service: mapping.namespace, endpoint: "")
        case .http: try service(for: path, host: host, in: table)
        case .rpc, .api: try endpoint(for: path, host: host, in: table)
        }
    }

    private func endpoint(for path: RequestPath, host: String?, in table: RouteTable) throws -> GatewayTarget {
        let targets = mapping.targets(for: path.segments, host: host).filter { RouteTable.isPublic($0.endpoint) }
        guard let first = targets.first else {
            throw Self.notFound("\(path) names no endpoint; expected /SERVICE/NAME/METHOD")
        }
        guard let target = table.registered(targets) else { throw unknown(first.service, in: table) }
        return target
    }

    private func service(for path: RequestPath, host: String?, in table: RouteTable) throws -> GatewayTarget {
        guard let name = mapping.service(for: path.segments, host: host) else {
            throw Self.notFound("\(path) names no service; expected /SERVICE/…")
        }
        guard table.endpoints[name] != nil else { throw unknown(name, in: table) }
        return GatewayTarget(service: name, endpoint: "")
    }

    private func unknown(_ service: String, in table: RouteTable) -> MicroError {
        let nearest = table.nearestService(to: service).map { "; the nearest registered service is \($0)" } ?? ""
        let namespace = mapping.namespace.isEmpty ? "" : " in the namespace \(mapping.namespace)"
        return Self.notFound("no service \(service) is registered\(namespace)\(nearest)")
    }

    static func notFound(_ message: String) -> MicroError {
        MicroError(.notFound, message, origin: MicroError.Origin.edge)
    }
}
