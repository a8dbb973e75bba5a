// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroHTTP
import MicroMemory

/// The whole stack: a service by its name, typed messages in JSON. The client's registry knows one fixed node.
struct TypedEcho: Echo {
    /// In JSON, with the newline at its end, as large as the others' bytes.
    private struct Message: Codable, Equatable {
        var text = String(repeating: "x", count: Wire.size - #"{"text":""}"#.utf8.count - 1)
    }

    private let transport = HTTPTransport()
    private let client: Client
    private let message = Message()

    init(calling address: Address, callers: Int) async throws {
        let registry = MemoryRegistry()
        let node = Node(
            id: "echo-1", address: address.host, port: address.port, metadata: ["transport": transport.name])
        try await registry.register(ServiceRecord(name: Wire.service, nodes: [node]), timeToLive: nil)
        client = try Client(registry: registry, transport: transport, settings: .init())
    }

    static func serve(_ announce: @Sendable (Address) -> Void) async throws {
        let registry = MemoryRegistry()
        let service = try Microservice(.init(name: Wire.service), registry: registry, transport: HTTPTransport())
        service.handle(Wire.endpoint) { (message: Message, _) in message }
        async let running: Void = service.run()
        for await state in try registry.watch(Wire.service) {
            guard let node = state[Wire.service].first?.nodes.first else { continue }
            announce(Address(node))
            break
        }
        try await running
    }

    func call(_ caller: Int) async throws {
        let answer: Message = try await client.call(Wire.service, Wire.endpoint, message)
        guard answer == message else { throw BenchError("an answer that is not the question") }
    }

    func close() async {
        await client.close()
        await transport.close()
    }
}
