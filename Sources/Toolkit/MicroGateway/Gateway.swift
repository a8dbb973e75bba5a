// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
public import Hummingbird
public import Logging
public import Micro
public import MicroEdge
import NIOCore
public import ServiceLifecycle

/// An API gateway: serves the endpoints of a namespace over HTTP.
///
/// ```swift
/// let client = try Client(backends: .environment)
/// let gateway = try Gateway(client: client, registry: registry)
/// try await gateway.run()
/// ```
///
/// A request is passed on by the most specific route in the metadata of the endpoints, otherwise by its path:
/// `POST /greeter/say/hello` calls `Say.Hello` of `go.micro.api.greeter`. Only services of the namespace can be reached, and no
/// endpoint of `Debug` or `Command`.
public struct Gateway: Service {
    private let server: EdgeServer
    private let state: GatewayState
    private let routes: RouteTableFeed
    private let proxy: ReverseProxy

    /// Creates a gateway, and checks its configuration.
    ///
    /// - Parameters:
    ///   - configuration: The configuration.
    ///   - client: Calls the services and publishes the events. The caller closes it.
    ///   - registry: The registry of the services, which must be that of the client.
    ///   - middleware: Steps around the handlers; the first one is the outermost.
    ///   - logger: The logger.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the setting.
    public init(
        configuration: GatewayConfiguration = .init(), client: Client, registry: any Registry,
        middleware: [any RouterMiddleware<EdgeContext>] = [], logger: Logger = .current
    ) throws {
        let router = GatewayRouter(configuration)
        let tls = NodeTLS(authorityFile: configuration.nodeAuthorityFile)
        try tls.check()
        let routes = RouteTableFeed(
            registry: registry, mapping: router.mapping, reservedPaths: configuration.reservedPaths, logger: logger)
        let proxy = ReverseProxy(
            nodes: NodeSelector(registry: registry, transportName: "http"),
            upstream: UpstreamClient(idleTimeout: configuration.proxyIdleTimeout, tls: tls))
        let state = GatewayState(
            GatewayDispatcher(
                configuration: configuration, client: client, router: router, routes: routes,
                rules: try RouteRules(configuration.rules), proxy: proxy))
        self.state = state
        self.routes = routes
        self.proxy = proxy
        server = try EdgeServer(
            configuration: configuration.edge, middleware: middleware,
            readiness: [ReadinessCheck("registry") { routes.problem }], logger: logger,
            webSockets: state.upgrade, handler: state.respond)
    }

    /// Replaces the configuration for new requests, and reads the certificate and the key again. No request is lost.
    ///
    /// What ``/MicroEdge/EdgeServer/reload(_:)`` cannot change, ``GatewayConfiguration/proxyIdleTimeout`` and
    /// ``GatewayConfiguration/nodeAuthorityFile`` stay as they are. Rules that are equal keep the state of their limits.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the setting; then nothing changes.
    public func reload(_ configuration: GatewayConfiguration) throws {
        let old = state.current
        let router = GatewayRouter(configuration)
        let rules = try RouteRules(configuration.rules, keeping: old.rules)
        try server.reload(configuration.edge)
        routes.use(router.mapping, reservedPaths: configuration.reservedPaths)
        state.replace(
            GatewayDispatcher(
                configuration: configuration, client: old.client, router: router, routes: routes, rules: rules,
                proxy: proxy))
    }

    /// Waits until the gateway listens, and returns its address. One task at a time may wait.
    public func listeningAddress() async throws -> Address { try await server.listeningAddress() }

    /// Serves until the task is cancelled, or until a graceful shutdown, which waits for the requests in progress.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unavailable` if the address cannot be used, with `closed` if the registry is
    ///   closed.
    public func run() async throws {
        do {
            // Each child task returns whether the gateway has ended with it.
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await routes.run()
                    return false
                }
                group.addTask {
                    try await server.run()
                    return true
                }
                // The first error ends the other task.
                defer { group.cancelAll() }
                for try await hasEnded in group where hasEnded { return }
            }
            await proxy.close()
        } catch {
            await proxy.close()
            throw error
        }
    }
}
