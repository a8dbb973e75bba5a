// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import Micro
import MicroBackends
import MicroCore
import MicroEdge
import MicroGateway
import ServiceLifecycle

/// `micro api`
struct ApiCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "Serves the endpoints of services over HTTP (an API gateway).",
        discussion: """
            POST /greeter/say/hello calls Say.Hello of the service go.micro.api.greeter.

            micro api                                 listens on 127.0.0.1:8080
            micro api --namespace=shop --address=:80 --allow-anonymous
            micro api --config=gateway.json           adds rules, shares of versions and API keys
            micro api check --config=gateway.json     checks the configuration
            micro api routes                          shows the routes
            micro api explain GET /greeter/say/hello  explains which endpoint responds

            It listens on 127.0.0.1:8080 by default. An --address that other machines can reach requires certificates of \
            clients (--tls-client-ca-file), API keys (MICRO_API_KEYS=name=KEY,…), an issuer of tokens (--jwks, --jwt-issuer, \
            --jwt-audience), or --allow-anonymous. SIGTERM and Ctrl-C finish the requests in flight. SIGHUP reloads the --config \
            file, certificates and keys. The access log is written to the standard error.
            """,
        subcommands: [ApiServeCommand.self, ApiRoutesCommand.self, ApiExplainCommand.self, ApiCheckCommand.self],
        defaultSubcommand: ApiServeCommand.self)
}

/// `micro api serve`, the default of `micro api`
struct ApiServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves the endpoints of services over HTTP (the default).")

    @OptionGroup(title: "Gateway") var gateway: ApiOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        let settings = try gateway.resolved(with: settings)
        let logger = Self.logger
        let gatewaySettings = GatewaySettings(settings.reader, logger: logger)
        let configuration = try await gatewaySettings.configuration()
        Interruption.extendCleanUp(to: Int(configuration.edge.limits.requestTimeout.components.seconds) + 5)
        try await settings.withRegistry { registry in
            let service = try Self.service(configuration, registry, settings, logger)
            let gateway = try Gateway(
                configuration: configuration, client: service.client, registry: registry, logger: logger)
            try await Interruption.handlingHangups {
                Task { await Self.reload(gateway, gatewaySettings) }
            } during: {
                try await Self.run(gateway, service, logger)
            }
        }
    }

    /// Reloads the configuration. An invalid one is ignored.
    private static func reload(_ gateway: Gateway, _ settings: GatewaySettings) async {
        do {
            try gateway.reload(try await settings.configuration())
            Console.standard.message("reloaded the configuration")
        } catch {
            Console.standard.message("cannot reload the configuration, keeping the previous one: \(error)")
        }
    }

    /// The service by which the gateway appears in the registry, and whose client calls the other services. It starts without
    /// the registry, too.
    private static func service(
        _ configuration: GatewayConfiguration, _ registry: any Registry, _ settings: Settings, _ logger: Logger
    ) throws -> Microservice {
        var service = try Microservice.Configuration(
            name: "go.micro.api", version: SwiftMicro.version, configReader: settings.reader)
        service.metadata["http_address"] = configuration.edge.address
        service.startTimeout = nil
        return try Microservice(
            service, registry: registry, backends: .environment, configReader: settings.reader, logger: logger)
    }

    /// Runs until the task is cancelled, and then finishes the requests that run.
    private static func run(_ gateway: Gateway, _ service: Microservice, _ logger: Logger) async throws {
        var lifecycleLogger = logger
        lifecycleLogger.logLevel = .critical
        let group = ServiceGroup(services: [service, gateway], logger: lifecycleLogger)
        // Not a child task, because cancellation would end the requests that run.
        let running = Task { try await group.run() }
        let announcement = Task {
            Console.standard.message("listening on \(try await gateway.listeningAddress())")
        }
        try await withTaskCancellationHandler {
            defer { announcement.cancel() }
            try await running.value
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
    }

    /// The logger, whose level is at least that of the access log.
    private static var logger: Logger {
        var logger = Logger(label: "micro.api")
        if logger.logLevel > .info { logger.logLevel = .info }
        return logger
    }
}
