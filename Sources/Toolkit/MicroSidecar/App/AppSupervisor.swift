// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import MicroEdge
import MicroGateway
import ServiceLifecycle

/// Runs the apps of a sidecar.
struct AppSupervisor: Sendable {
    let runners: [AppRunner]
    private let upstream: UpstreamClient

    init(
        _ configuration: SidecarConfiguration, registry: any Registry, broker: any Broker, transport: any Transport,
        logger: Logger
    ) throws {
        let upstream = UpstreamClient(idleTimeout: configuration.edge.limits.requestTimeout)
        self.upstream = upstream
        runners = try configuration.apps.map { app in
            try app.validate()
            // Checks the interval. The registration itself is made when the app is healthy.
            _ = try Registration(
                of: app.record(at: Address(host: "127.0.0.1", port: 1), id: "check", metadata: app.metadata),
                in: registry, configuration: app.registration, logger: logger)
            let client = AppClient(
                name: app.name, address: app.address, token: configuration.appToken, upstream: upstream,
                maxBodySize: configuration.edge.limits.maxBodySize)
            return AppRunner(
                app, client: client, registry: registry, broker: broker, transport: transport, logger: logger)
        }
    }

    /// Runs the apps until the task is cancelled or a graceful shutdown is triggered; then they are deregistered.
    ///
    /// - Throws: ``/MicroCore/MicroError`` if the address for the calls of an app cannot be bound, or stops listening.
    func run() async throws {
        defer { Task { [upstream] in await upstream.close() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for runner in runners { group.addTask { try await runner.run() } }
            // The first error ends the other tasks; `waitForAll()` would wait for them.
            while try await group.next() != nil {}
        }
    }
}
