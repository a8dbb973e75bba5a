// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Micro
import MicroEdge
import MicroMemory
import NIOCore
import TestServers
import TestSupport
import Testing

@testable import MicroGateway

struct Person: Codable, Sendable { var name: String?, age: Int?, tags: [String]? }
struct Answer: Codable, Sendable {
    var text: String
    var headers: [String]?
}

/// The service `go.micro.api.greeter` with a gateway in front of it, over HTTP.
struct GatewayFixture {
    let backend = MemoryBackend()
    let logger = LogRecorder().logger
    let broker: any Broker

    init() { broker = MemoryBroker(backend: backend) }

    var registry: MemoryRegistry { MemoryRegistry(backend: backend) }

    func makeService(_ name: String) throws -> Microservice {
        var configuration = Microservice.Configuration(name: name, version: "1")
        configuration.deregistrationGracePeriod = .zero
        let service = try Microservice(
            configuration, registry: registry, transport: MemoryTransport(backend: backend),
            broker: broker, logger: logger)
        service.handle("Say.Hello") { (person: Person, context: RequestContext) in
            let names = ["X-Micro-Identity", "X-Secret", "Accept-Language", "X-Forwarded-For"]
            return Answer(
                text: "\(person.name ?? "-") \(person.age ?? 0) \((person.tags ?? []).joined(separator: "+"))",
                headers: names.compactMap { context.headers[$0] })
        }
        service.handle(
            EndpointDescriptor<Person, Answer>(
                "Say.Get", description: "Greets a person.",
                metadata: ["path": "/people/{name}", "method": "GET", "handler": "rpc"])
        ) { person, _ in Answer(text: "\(person.name ?? "-") \(person.age ?? 0)") }
        service.handle("Say.Fail") { (_: Person, _) -> Answer in throw MicroError(.permissionDenied, "not you") }
        service.handle("Web.Page") { (request: APIRequest, _) in
            APIResponse(
                statusCode: 201, header: ["X-Path": APIPair(key: "X-Path", values: [request.path])],
                body: "\(request.method) \(request.get?["a"]?.values ?? []) \(request.body ?? "-")")
        }
        return service
    }

    /// Runs the service and a gateway while a body runs.
    ///
    /// - Parameters:
    ///   - change: Changes the configuration of the gateway.
    ///   - prepare: Adds endpoints to the service.
    ///   - headers: Header fields of the request that is repeated until the gateway is ready.
    ///   - body: Gets the port of the gateway.
    func run(
        _ change: (inout GatewayConfiguration) -> Void = { _ in }, prepare: (Microservice) -> Void = { _ in },
        headers: [String] = [], _ body: (Int) async throws -> Void
    ) async throws {
        var configuration = GatewayConfiguration()
        configuration.edge.address = "127.0.0.1:0"
        change(&configuration)
        let greeter = try makeService("go.micro.api.greeter")
        prepare(greeter)
        let services = [greeter, try makeService("internal.admin")]
        let client = try Client(registry: registry, transport: MemoryTransport(backend: backend), broker: broker)
        try await closing(client) { client in
            let gateway = try Gateway(
                configuration: configuration, client: client, registry: registry, logger: logger)
            try await withThrowingTaskGroup { group in
                for service in services { group.addTask { try await service.run() } }
                group.addTask { try await gateway.run() }
                let port = try #require(try await gateway.listeningAddress().port)
                // A declared route is found by every configuration of the gateway.
                #expect(
                    try await eventually {
                        try RawHTTPResponse.exchange(Self.text("GET /people/Ada", headers), port: port)?.status == 200
                    })
                try await body(port)
                group.cancelAll()
                while let result = await group.nextResult() {
                    do { try result.get() } catch is CancellationError {}
                }
            }
        } by: {
            await $0.close()
        }
    }

    /// Registers the nodes of an HTTP service on 127.0.0.1.
    func register(_ service: String, ports: [Int], metadata: [String: String] = [:]) async throws {
        let nodes = ports.map { Node(id: "\(service)-\($0)", address: "127.0.0.1", port: $0, metadata: metadata) }
        try await registry.register(ServiceRecord(name: service, nodes: nodes), timeToLive: nil)
    }

    static func text(_ line: String, _ headers: [String] = [], body: String = "") -> String {
        let fields = ["Host: test", "Connection: close", "Content-Length: \(body.utf8.count)"] + headers
        return "\(line) HTTP/1.1\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n\(body)"
    }
}
