// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Micro
import MicroCore
import MicroEdge
import MicroHTTP
import MicroMemory
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import MicroSidecar

struct Person: Codable, Sendable { var name: String? }
struct Greeting: Codable, Sendable {
    var text: String
    var headers: [String: String]?
}

/// A sidecar with the service `go.micro.srv.greeter`, on a registry and a broker in memory by default.
struct SidecarFixture {
    let logs = LogRecorder()
    let registry: any Registry
    let broker: any Broker
    let transport: any Transport

    init(
        backend: MemoryBackend = MemoryBackend(), registry: (any Registry)? = nil, broker: (any Broker)? = nil,
        transport: any Transport = HTTPTransport()
    ) {
        self.registry = registry ?? MemoryRegistry(backend: backend)
        self.broker = broker ?? MemoryBroker(backend: backend)
        self.transport = transport
    }

    /// The service that calls reach.
    private func makeGreeter() throws -> Microservice {
        var configuration = Microservice.Configuration(name: "go.micro.srv.greeter", version: "1")
        configuration.deregistrationGracePeriod = .zero
        let service = try Microservice(
            configuration, registry: registry, transport: transport, broker: broker, logger: logs.logger)
        service.handle("Say.Hello") { (person: Person, context) in
            let headers = context.headers.map { ($0.name.lowercased(), $0.value) }
            return Greeting(
                text: "Hello \(person.name ?? "-")", headers: Dictionary(headers, uniquingKeysWith: { "\($0)|\($1)" }))
        }
        service.handle("Say.Fail") { (_: Person, _) -> Greeting in
            throw MicroError(.permissionDenied, "not you")
        }
        service.handle("Say.Slow") { (_: Person, _) -> Greeting in
            try await Task.sleep(for: .seconds(60))
            return Greeting(text: "late")
        }
        service.handleStream("Say.Chat") { (stream: MessageStream<Greeting, Person>, _) in
            for try await person in stream {
                guard person.name != "nobody" else { throw MicroError(.permissionDenied, "not you") }
                try await stream.send(Greeting(text: "Hello \(person.name ?? "-")"))
            }
        }
        return service
    }

    /// Runs the sidecar while a body runs.
    ///
    /// - Parameters:
    ///   - change: Changes the configuration of the sidecar.
    ///   - body: Gets the client of the sidecar.
    func run(
        _ change: (inout SidecarConfiguration) -> Void = { _ in }, _ body: (SidecarClient) async throws -> Void
    ) async throws {
        var configuration = SidecarConfiguration()
        configuration.edge.address = "127.0.0.1:0"
        change(&configuration)
        let greeter = try makeGreeter()
        let client = try Client(registry: registry, transport: transport, broker: broker)
        let sidecar = try Sidecar(
            configuration: configuration, client: client, registry: registry, broker: broker, transport: transport,
            logger: logs.logger)
        try await withThrowingTaskGroup { group in
            group.addTask { try await greeter.run() }
            group.addTask { try await sidecar.run() }
            let port = try #require(try await sidecar.listeningAddress().port)
            let isReady = await eventually {
                (try? RawHTTPResponse.exchange(
                    "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", port: port)?.status) == 200
            }
            let isRegistered = try await eventually {
                try await !registry.lookUp("go.micro.srv.greeter").isEmpty
            }
            try #require(isReady && isRegistered)
            try await body(SidecarClient(port: port))
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
        await client.close()
        await transport.close()
    }
}

/// Sends requests to a sidecar.
struct SidecarClient: Sendable {
    let port: Int

    /// Sends a request on a new connection.
    func send(
        _ line: String, _ headers: [String] = [], body: String = "", host: String? = nil
    ) throws -> (status: Int?, json: Any?, body: String, contentType: String?) {
        let fields =
            ["Host: \(host ?? "127.0.0.1:\(port)")", "Connection: close", "Content-Length: \(body.utf8.count)"]
            + headers
        let response = try RawHTTPResponse.exchange(
            "\(line) HTTP/1.1\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n\(body)", port: port)
        return (response?.status, response?.json, response?.content ?? "", response?.headers["content-type"])
    }

    /// The member of the JSON object in a response.
    func post(_ path: String, _ headers: [String] = [], body: String) throws -> (status: Int?, [String: Any]) {
        let response = try send("POST \(path)", ["Content-Type: application/json"] + headers, body: body)
        return (response.status, response.json as? [String: Any] ?? [:])
    }
}

extension AppSupervisor {
    /// The supervisor of one app, with backends in memory.
    static func testing(_ app: SidecarApp) throws -> AppSupervisor {
        let backend = MemoryBackend()
        var configuration = SidecarConfiguration()
        configuration.apps = [app]
        return try AppSupervisor(
            configuration, registry: MemoryRegistry(backend: backend), broker: MemoryBroker(backend: backend),
            transport: HTTPTransport(), logger: LogRecorder().logger)
    }
}
