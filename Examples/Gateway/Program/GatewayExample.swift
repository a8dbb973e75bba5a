// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import HTTPTypes
import Hummingbird
import Logging
import Micro
import MicroCore
import MicroEdge
import MicroGateway
import MicroMemory
import ServiceLifecycle
import UnixSignals

/// A gateway with middleware of its own, and a service behind it in the same process.
@main
struct GatewayExample: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway-example", abstract: "Runs a gateway in front of a service in the same process.")

    @Option(help: "The address to listen on.")
    var address = "127.0.0.1:8080"

    @Option(parsing: .singleValue, help: "An origin whose pages may call, such as http://localhost:9000.")
    var origin: [String] = []

    @Option(help: "Also serve a WebSocket that returns every message, at this address.")
    var echo: String?

    func run() async throws {
        let backend = MemoryBackend()
        let registry = MemoryRegistry(backend: backend)
        let service = try Microservice(
            Microservice.Configuration(name: "go.micro.api.greeter", version: "1"), registry: registry,
            transport: MemoryTransport(backend: backend), broker: MemoryBroker(backend: backend))
        Greeter.register(on: service)

        var configuration = GatewayConfiguration()
        configuration.edge.address = address
        configuration.edge.compression = CompressionPolicy()
        configuration.allowsExplicitCalls = true
        if !origin.isEmpty {
            configuration.edge.cors = CORSPolicy(origins: origin)
            configuration.edge.cors?.allowsCredentials = true
        }
        let gateway = try Gateway(
            configuration: configuration, client: service.client, registry: registry, middleware: [RejectRobots()])
        var services: [any Service] = [service, gateway]
        if let echo { services.append(try EchoServer.make(address: echo)) }
        let group = ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "gateway-example"))
        try await group.run()
    }
}

/// Middleware of the program: rejects some clients.
struct RejectRobots: RouterMiddleware {
    typealias Context = EdgeContext

    func handle(
        _ request: Request, context: EdgeContext, next: @concurrent (Request, EdgeContext) async throws -> Response
    ) async throws -> Response {
        guard request.headers[.userAgent]?.contains("Robot") != true else {
            throw MicroError(.permissionDenied, "robots are not served")
        }
        return try await next(request, context)
    }
}
