// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Hummingbird
import Logging
import Micro
import MicroCore
import MicroEdge
import MicroGateway
import MicroHTTP
import MicroMemory
import NIOCore

/// The service behind the gateways: `POST /echo/Echo.Echo` returns the text that it receives.
struct BackendServer: AsyncParsableCommand {
    struct Message: Codable, Sendable { var text: String }

    static let configuration = CommandConfiguration(commandName: "backend", abstract: "Serves Echo.Echo over HTTP.")

    func run() async throws {
        let registry = MemoryRegistry(backend: MemoryBackend())
        var configuration = Microservice.Configuration(name: "echo", version: "1")
        configuration.address = try Address(parsing: "127.0.0.1:0")
        let service = try Microservice(configuration, registry: registry, transport: HTTPTransport(), logger: .quiet)
        service.handle("Echo.Echo") { (message: Message, _) in message }
        try await withThrowingTaskGroup { group in
            group.addTask { try await service.run() }
            var nodes: [Node] = []
            while nodes.isEmpty {
                nodes = try await registry.lookUp("echo").flatMap(\.nodes)
                try await Task.sleep(for: .milliseconds(10))
            }
            announce(Address(nodes[0]))
            try await group.waitForAll()
        }
    }
}

/// A gateway in front of the backend.
struct GatewayServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "gateway", abstract: "Runs a gateway.")

    @Option(help: "The handler: rpc or http.")
    var handler: String

    @Option(help: "The address of the backend.")
    var backend: String

    func run() async throws {
        let registry = MemoryRegistry(backend: MemoryBackend())
        let address = try Address(parsing: backend)
        let node = Node(id: "echo-1", address: address.host, port: address.port)
        try await registry.register(
            ServiceRecord(name: "echo", endpoints: [Endpoint(name: "Echo.Echo")], nodes: [node]), timeToLive: nil)
        guard let handler = GatewayHandler(name: handler) else { throw BenchError("no handler \(handler)") }
        var configuration = GatewayConfiguration()
        configuration.edge.address = "127.0.0.1:0"
        configuration.edge.accessLogFormat = nil
        configuration.namespace = ""
        configuration.handler = handler
        let client = try Client(registry: registry, transport: HTTPTransport())
        let gateway = try Gateway(configuration: configuration, client: client, registry: registry, logger: .quiet)
        try await withThrowingTaskGroup { group in
            group.addTask { try await gateway.run() }
            announce(try await gateway.listeningAddress())
            try await group.waitForAll()
        }
    }
}

/// The floor of the HTTP library: one route that returns the body.
struct HelloServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hello", abstract: "Returns the body of a request with bare hummingbird.")

    func run() async throws {
        let router = Router()
        router.post("/echo/Echo.Echo") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            return Response(
                status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                announce(Address(host: "127.0.0.1", port: channel.localAddress?.port))
            }, logger: .quiet)
        try await application.runService()
    }
}

extension Logger {
    /// A logger that writes warnings only.
    static var quiet: Logger {
        var logger = Logger(label: "bench")
        logger.logLevel = .warning
        return logger
    }
}
