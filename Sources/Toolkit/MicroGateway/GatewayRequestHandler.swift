// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Hummingbird
package import Logging
package import Micro
package import MicroEdge

/// The request handling of a gateway without its server, for a server that has routes of its own.
package struct GatewayRequestHandler: Sendable {
    private let dispatcher: GatewayDispatcher

    /// Creates a handler.
    ///
    /// - Parameters:
    ///   - configuration: The configuration. Of its `edge`, only the limits and the credential fields are used.
    ///   - client: Calls the services.
    ///   - registry: The registry of the client.
    ///   - logger: The logger.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for a rule that is not valid.
    package init(configuration: GatewayConfiguration, client: Client, registry: any Registry, logger: Logger) throws {
        let router = GatewayRouter(configuration)
        dispatcher = GatewayDispatcher(
            configuration: configuration, client: client, router: router,
            routes: RouteTableFeed(
                registry: registry, mapping: router.mapping, reservedPaths: configuration.reservedPaths, logger: logger),
            rules: try RouteRules(configuration.rules),
            proxy: ReverseProxy(
                nodes: NodeSelector(registry: registry, transportName: "http"),
                upstream: UpstreamClient(
                    idleTimeout: configuration.proxyIdleTimeout,
                    tls: NodeTLS(authorityFile: configuration.nodeAuthorityFile))))
    }

    /// Why the registry could not be read yet; nil if it was read.
    package var problem: String? { dispatcher.routes.problem }

    /// Responds to a request.
    package func respond(to request: Request, context: EdgeContext) async throws -> Response {
        try await dispatcher.respond(to: request, context: context)
    }

    /// Decides about a request for a WebSocket; nil if its endpoint has none.
    package func upgrade(_ request: Request, context: EdgeContext) async throws -> WebSocketUpgrade? {
        try await dispatcher.upgrade(request, context: context)
    }

    /// Keeps the routes current until the task is cancelled.
    package func run() async throws { try await dispatcher.routes.run() }

    /// Closes the connections of the reverse proxy.
    package func close() async { await dispatcher.proxy.close() }
}
