// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroHTTP
import MicroMemory
import MicroProtobuf
import SwiftProtobuf

/// A message of 32 bytes once it is encoded.
protocol EchoMessage: Equatable, Sendable {
    static var echoed: Self { get }
    static var codec: any Codec { get }
    /// Whether its handler runs apart from the event loop.
    static var mayBlock: Bool { get }
}

extension EchoMessage {
    static var mayBlock: Bool { true }
}

/// In JSON, with the newline at its end.
struct JSONMessage: Codable, EchoMessage {
    private var text: String

    static let echoed = JSONMessage(
        text: String(repeating: "x", count: EchoParameters.size - #"{"text":""}"#.utf8.count - 1))
    static var codec: any Codec { JSONCodec() }
}

extension Google_Protobuf_BytesValue: EchoMessage {
    static var codec: any Codec { ProtobufCodec() }
}

/// The same on the wire, for a handler that says that it does not block.
extension Google_Protobuf_StringValue: EchoMessage {
    static var echoed: Self { Self(String(repeating: "x", count: EchoParameters.size - 2)) }
    static var codec: any Codec { ProtobufCodec() }
    static var mayBlock: Bool { false }
}

/// The whole stack: a service by its name, typed messages, an interceptor on either side, a header. The client's
/// registry knows one fixed node.
struct TypedEcho<Message: EchoMessage>: Echo {
    private let transport = HTTPTransport()
    private let client: Client
    private let options = CallOptions(headers: ["X-Tenant": "bench"])

    init(calling address: Address, callers: Int) async throws {
        client = try await TypedEchoParts.makeClient(calling: address, over: transport, codec: Message.codec)
    }

    static func serve(_ announce: @Sendable (Address) -> Void) async throws {
        try await TypedEchoParts.serve(codec: Message.codec, announce) { service in
            service.handle(EchoParameters.endpoint, mayBlock: Message.mayBlock) { (message: Message, _) in message }
        }
    }

    func call(_ caller: Int) async throws {
        let response: Message = try await client.call(
            EchoParameters.service, EchoParameters.endpoint, Message.echoed, options: options)
        guard response == Message.echoed else { throw BenchError("the response differs from the request") }
    }

    func close() async {
        await client.close()
        await transport.close()
    }
}

/// The parts of echoes with `Microservice` and `Client`.
enum TypedEchoParts {
    static func makeClient(
        calling address: Address, over transport: HTTPTransport, codec: any Codec
    ) async throws -> Client {
        let registry = MemoryRegistry()
        let node = Node(
            id: "echo-1", address: address.host, port: address.port, metadata: ["transport": transport.name])
        try await registry.register(ServiceRecord(name: EchoParameters.service, nodes: [node]), timeToLive: nil)
        var configuration = Client.Configuration()
        configuration.codecs = [codec]
        configuration.interceptors = [PassThroughInterceptor()]
        return try Client(configuration: configuration, registry: registry, transport: transport)
    }

    static func serve(
        codec: any Codec, _ announce: @Sendable (Address) -> Void, addHandlers: (Microservice) -> Void
    ) async throws {
        let registry = MemoryRegistry()
        var configuration = Microservice.Configuration(name: EchoParameters.service)
        configuration.codecs = [codec]
        configuration.interceptors = [PassThroughInterceptor()]
        let service = try Microservice(configuration, registry: registry, transport: HTTPTransport())
        addHandlers(service)
        async let running: Void = service.run()
        for await state in try registry.watch(EchoParameters.service) {
            guard let node = state[EchoParameters.service].first?.nodes.first else { continue }
            announce(Address(node))
            break
        }
        try await running
    }
}

/// Reads requests and responses, as an interceptor that validates or counts does.
private struct PassThroughInterceptor: ClientInterceptor, ServerInterceptor {
    func call(_ request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse {
        guard request.headers["X-Tenant"] != nil else { throw BenchError("a call without its header") }
        return try await next(request)
    }

    func respond(to request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse {
        try await call(request, next: next)
    }
}
