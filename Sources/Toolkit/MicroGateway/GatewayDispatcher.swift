// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Micro
import MicroCore
import MicroEdge
import NIOCore

/// Finds the endpoint of a request, and runs the handler for it.
struct GatewayDispatcher: Sendable {
    let configuration: GatewayConfiguration
    let client: Client
    let router: GatewayRouter
    let routes: RouteTableFeed
    let rules: RouteRules
    let proxy: ReverseProxy

    /// Responds to a request.
    @Sendable func respond(to request: Request, context: EdgeContext) async throws -> Response {
        let table = try routes.table()
        let page = ownPage(for: request, context.path, table)
        if let page, page != .explicitCall { return try await response(of: page, table) }
        var context = context
        let admission = try rules.admit(method: request.method.rawValue, &context)
        let prepared = context
        let isTimed = admission.isTimed
        if page == .explicitCall {
            return try await withinDeadline(of: prepared, if: isTimed) {
                try await explicitCall(request, prepared, table, admission)
            }
        }
        let (handler, request) = try self.request(request, prepared, table, admission)
        return try await withinDeadline(of: prepared, if: isTimed) { try await run(handler, request) }
    }

    private func withinDeadline(
        of context: EdgeContext, if isTimed: Bool, _ body: @escaping @Sendable () async throws -> Response
    ) async throws -> Response {
        guard isTimed else { return try await body() }
        return try await withRequestDeadline(context.deadline, body)
    }

    /// The nodes for a request, if the versions of the service have shares; nil for all.
    private func filter(for service: String, _ request: Request, _ table: RouteTable) -> NodeFilter? {
        guard let split = configuration.versions[service] else { return nil }
        let key = split.stickyHeader.flatMap { name in
            request.headers.first { $0.name.canonicalName == name.lowercased() }?.value
        }
        var hash = FNV1a()
        if let key { hash.combine(key.utf8) }
        return split.version(
            of: table.versions[service] ?? [], at: key == nil ? .random(in: 0 ..< .max) : hash.value
        ).map { NodeFilter(versions: [$0]) }
    }

    private func request(
        _ request: Request, _ context: EdgeContext, _ table: RouteTable, _ admission: RouteRules.Admission
    ) throws -> (handler: GatewayHandler, request: GatewayRequest) {
        let resolution = try router.resolve(
            method: request.method.rawValue, host: request.head.authority, path: context.path, in: table)
        return (
            resolution.handler,
            self.request(request, context, resolution.target, resolution.variables, table, admission)
        )
    }

    private func request(
        _ request: Request, _ context: EdgeContext, _ target: GatewayTarget, _ variables: [String: String],
        _ table: RouteTable, _ admission: RouteRules.Admission
    ) -> GatewayRequest {
        GatewayRequest(
            http: request, context: context, target: target, variables: variables,
            endpoint: table.endpoints[target.service]?[target.endpoint], configuration: configuration,
            maxBodySize: min(configuration.edge.limits.maxBodySize, admission.maxBodySize ?? .max),
            filter: filter(for: target.service, request, table))
    }

    /// Accepts a WebSocket handshake for a stream of a service, or for an HTTP service.
    ///
    /// - Returns: Nil if the endpoint is neither.
    @Sendable func upgrade(_ request: Request, context: EdgeContext) async throws -> WebSocketUpgrade? {
        let table = try routes.table()
        var context = context
        let (handler, endpoint) = try self.request(request, context, table, .init())
        guard handler == .http || (handler == .rpc && endpoint.isStream) else { return nil }
        let admission = try rules.admit(method: request.method.rawValue, &context)
        let request = try self.request(request, context, table, admission).request
        var upgrade =
            handler == .http
            ? try await WebSocketTunnel(nodes: proxy.nodes, tls: proxy.upstream.tls).open(request)
            : try await StreamHandler(client: client).upgrade(request)
        upgrade.permit = admission.permit
        return upgrade
    }

    private func run(_ handler: GatewayHandler, _ request: GatewayRequest) async throws -> Response {
        switch handler {
        case .rpc where request.isStream: try await StreamHandler(client: client).respond(to: request)
        case .rpc: try await RPCHandler(client: client).respond(to: request)
        case .api: try await APIHandler(client: client).respond(to: request)
        case .event: try await EventPublishing(client: client, mapping: router.mapping).respond(to: request)
        case .http: try await proxy.respond(to: request)
        }
    }

    /// The paths of the gateway itself.
    private enum OwnPage {
        case openAPI
        case openAPIPage
        case explicitCall
        case none
    }

    /// The page of the gateway itself at a path; nil for other paths, and for one that a service has declared.
    private func ownPage(for request: Request, _ path: RequestPath, _ table: RouteTable) -> OwnPage? {
        guard path.segments.count <= 1,
            table.match(method: request.method.rawValue, host: request.head.authority, path: path) == nil
        else { return nil }
        return switch path.segments.first {
        case "openapi.json": .openAPI
        case "openapi.html": .openAPIPage
        case "rpc" where configuration.allowsExplicitCalls: .explicitCall
        case nil, "favicon.ico": OwnPage.none
        default: nil
        }
    }

    private func response(of page: OwnPage, _ table: RouteTable) async throws -> Response {
        switch page {
        case .openAPI: try await withGlobalExecutor { try OpenAPIDocument(table, router: router).response() }
        case .openAPIPage:
            try await withGlobalExecutor { OpenAPIPage(OpenAPIDocument(table, router: router)).response() }
        case .explicitCall, .none: throw GatewayRouter.notFound("no service in the path")
        }
    }

    private func explicitCall(
        _ request: Request, _ context: EdgeContext, _ table: RouteTable, _ admission: RouteRules.Admission
    ) async throws -> Response {
        guard request.method == .post else { throw HTTPError(.methodNotAllowed, headers: [.allow: "POST"]) }
        let maxBodySize = min(configuration.edge.limits.maxBodySize, admission.maxBodySize ?? .max)
        let call = try ExplicitCall(try await request.completeBody(upTo: maxBodySize))
        guard router.mapping.contains(call.target.service), RouteTable.isPublic(call.target.endpoint) else {
            throw GatewayRouter.notFound("\(call.target) cannot be called through this gateway")
        }
        return try await RPCHandler(client: client).call(
            self.request(request, context, call.target, [:], table, admission), with: call.message)
    }
}
