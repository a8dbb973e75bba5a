// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
public import Logging
public import Micro
import MicroEdge
import MicroGateway
public import ServiceLifecycle

/// A sidecar: gives programs in any language the registry, the calls and the events of this toolkit over HTTP.
///
/// ```swift
/// let sidecar = try Sidecar(client: client, registry: registry, broker: broker, transport: transport)
/// try await sidecar.run()
/// ```
///
/// It has Go Micro's routes: `/{service}/{method}`, `/rpc`, `/registry`, `/broker`, `/health` and `/stats`. With apps in its
/// configuration it also registers them while they are healthy, and passes calls and events on to them.
public struct Sidecar: Service {
    private let server: EdgeServer
    private let feed: RegistryFeed
    private let gateway: GatewayRequestHandler
    private let apps: AppSupervisor

    /// Creates a sidecar, and checks its configuration.
    ///
    /// - Parameters:
    ///   - configuration: The configuration.
    ///   - client: Calls the services. The caller closes it, as the registry, the broker and the transport.
    ///   - registry: The registry, which must be that of the client.
    ///   - broker: Publishes and delivers the events.
    ///   - transport: Receives the calls for the apps.
    ///   - logger: The logger.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the setting.
    public init(
        configuration: SidecarConfiguration = .init(), client: Client, registry: any Registry, broker: any Broker,
        transport: any Transport, logger: Logger = .current
    ) throws {
        let maxBodySize = configuration.edge.limits.maxBodySize
        feed = RegistryFeed(registry: registry)
        apps = try AppSupervisor(
            configuration, registry: registry, broker: broker, transport: transport, logger: logger)
        gateway = try GatewayRequestHandler(
            configuration: configuration.gateway, client: client, registry: registry, logger: logger)
        let statistics = configuration.servesStatistics ? RequestStatistics() : nil
        let calls = CallRoute(client: client, registry: registry, maxBodySize: maxBodySize)
        let dispatcher = SidecarDispatcher(
            calls: calls,
            registry: RegistryRoute(registry: registry, feed: feed, maxBodySize: maxBodySize),
            broker: BrokerRoute(broker: broker, maxBodySize: maxBodySize),
            apps: AppRoutes(supervisor: apps), statistics: statistics, gateway: gateway)
        let policy = try LocalRequestPolicy(configuration.edge, allowedHosts: configuration.allowedHosts)
        var edge = configuration.edge
        if !configuration.allowedHosts.isEmpty, edge.allowedHosts.isEmpty {
            edge.allowedHosts = configuration.allowedHosts + ["localhost", "127.0.0.1", "::1"]
        }
        server = try EdgeServer(
            configuration: edge, middleware: (statistics.map { [$0] } ?? []) + [policy],
            readiness: [ReadinessCheck("registry") { [gateway] in gateway.problem }], logger: logger,
            webSockets: SidecarSockets(
                calls: calls, registry: registry, broker: broker, policy: policy, gateway: gateway
            ).upgrade,
            handler: dispatcher.respond)
    }

    /// Waits until the sidecar listens, and returns its address. One task at a time may wait.
    public func listeningAddress() async throws -> Address { try await server.listeningAddress() }

    /// Serves until the task is cancelled or a graceful shutdown is triggered. Then the apps are deregistered, and the requests
    /// that run are finished.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unavailable` if an address cannot be used.
    public func run() async throws {
        do {
            try await serve()
            await gateway.close()
        } catch {
            await gateway.close()
            throw error
        }
    }

    private func serve() async throws {
        // Each child task returns whether the sidecar waits for its end.
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await feed.run()
                return false
            }
            group.addTask {
                try await gateway.run()
                return false
            }
            group.addTask {
                try await apps.run()
                return true
            }
            group.addTask {
                try await server.run()
                return true
            }
            // The first error ends the other tasks.
            defer { group.cancelAll() }
            // At a graceful shutdown, each of the two finishes its calls. The other tasks serve them until then.
            var remaining = 2
            for try await isAwaited in group where isAwaited {
                remaining -= 1
                if remaining == 0 { return }
            }
        }
    }
}
