// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import Micro
import MicroBackends
import MicroCore
import MicroEdge
import MicroSidecar
import ServiceLifecycle

/// `micro sidecar`
struct SidecarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sidecar", abstract: "Serves registry, calls and events over HTTP to programs in any language.",
        discussion: """
            POST /greeter/say/hello calls Say.Hello of the service go.micro.srv.greeter; /rpc calls any service, /registry \
            and /broker are the registry and the broker.

            micro sidecar                             listens on 127.0.0.1:8081
            micro sidecar --server-name=shop --server-address=127.0.0.1:9090 \
            --healthcheck-url=http://127.0.0.1:9090/health
            micro sidecar --server-name=shop --server-address=127.0.0.1:9090 --app-protocol=http -- python3 app.py

            The app is registered while it is healthy. The sidecar starts the program after --, forwards signals to it, and \
            exits with its exit status. MICRO_SIDECAR_TOKEN is the token that clients need, and \
            MICRO_SIDECAR_APP_TOKEN the one that the app gets.
            """)

    @OptionGroup(title: "Sidecar") var sidecar: SidecarOptions
    @OptionGroup(title: "App") var app: SidecarAppOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    @Argument(parsing: .postTerminator, help: ArgumentHelp("The app to start.", valueName: "program"))
    var program: [String] = []

    func run() async throws {
        let settings = try Settings(
            options: settings.variables.merging(sidecar.variables) { $1 }.merging(app.variables) { $1 })
        var configuration = try SidecarConfiguration(configReader: settings.reader)
        let service = try Self.service(settings, configuration)
        configuration.apps = try app.apps(settings, service.registration)
        let components = try SidecarComponents(settings)
        do {
            let status = try await run(configuration, service, components)
            await components.close()
            if let status, status != 0 { throw ExitCode(status) }
        } catch {
            await components.close()
            throw error
        }
    }

    /// The configuration of the service by which the sidecar appears in the registry. It starts without the registry, too.
    private static func service(
        _ settings: Settings, _ configuration: SidecarConfiguration
    ) throws -> Microservice.Configuration {
        // The settings of a server are those of the app.
        let own = settings.variables.filter { !$0.key.hasPrefix("MICRO_SERVER_") }
        var service = try Microservice.Configuration(
            name: "go.micro.sidecar", version: SwiftMicro.version, configReader: Settings.reader(of: own))
        service.metadata["http_address"] = configuration.edge.address
        service.startTimeout = nil
        service.deregistrationGracePeriod = .zero
        return service
    }

    /// Runs until the task is cancelled or the app has exited.
    ///
    /// - Returns: The exit status of the app; nil without one.
    private func run(
        _ configuration: SidecarConfiguration, _ service: Microservice.Configuration, _ components: SidecarComponents
    ) async throws -> Int32? {
        let logger = Self.logger
        let service = try Microservice(
            service, registry: components.registry, transport: components.transport, broker: components.broker,
            logger: logger)
        let sidecar = try Sidecar(
            configuration: configuration, client: service.client, registry: components.registry,
            broker: components.broker, transport: components.transport, logger: logger)
        var lifecycleLogger = logger
        lifecycleLogger.logLevel = .critical
        let group = ServiceGroup(services: [service, sidecar], logger: lifecycleLogger)
        // Not a child task, because cancellation would end the requests that run.
        let running = Task { try await group.run() }
        let program = program
        let started = Task { () -> AppProcess? in
            let address = try await sidecar.listeningAddress()
            Console.standard.message("listening on \(address)")
            guard !program.isEmpty else { return nil }
            let process = try AppProcess(program, sidecar: address)
            // The sidecar ends with its app.
            Task {
                _ = await process.exitStatus()
                await group.triggerGracefulShutdown()
            }
            return process
        }
        let result = await withTaskCancellationHandler {
            await running.result
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
        started.cancel()
        let process = try? await started.value
        await process?.stop()
        try result.get()
        guard !program.isEmpty else { return nil }
        // Without a process, the program could not be started.
        return try await started.value?.exitStatus()
    }

    /// The logger, whose level is at least that of the access log.
    private static var logger: Logger {
        var logger = Logger(label: "micro.sidecar")
        if logger.logLevel > .info { logger.logLevel = .info }
        return logger
    }
}

/// The adapters of a sidecar. `MICRO_PROXY_ADDRESS` has no effect: a sidecar does not go through another one.
private struct SidecarComponents: Sendable {
    let registry: any Registry
    let broker: any Broker
    let transport: any Transport

    init(_ settings: Settings) throws {
        registry = try Backends.environment.makeRegistry(settings.reader)
        broker = try Backends.environment.makeBroker(settings.reader, registry: registry)
        transport = try Backends.environment.makeTransport(settings.reader)
    }

    /// Closes the adapters.
    func close() async {
        await broker.close(deadline: .now + .seconds(1))
        await transport.close()
        await registry.close()
    }
}
