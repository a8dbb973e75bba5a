// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import Micro
import MicroHTTP
import MicroMemory
import MicroProtobuf
import NIOCore
import TestSupport
import Testing

/// Runs a service of this toolkit with the endpoints of a recorded one, and connects to it.
///
/// - Parameter codecs: Those of the service; nil for the default ones and those of generated handlers.
func withRecordedService(
    _ name: String = "go.micro.srv.greeter", codecs: [any Codec]? = [ProtobufCodec(), ProtobufJSONCodec()],
    register: (Microservice) -> Void = { _ in }, body: (RawConnection) async throws -> Void
) async throws {
    let registry = MemoryRegistry(backend: MemoryBackend())
    var configuration = Microservice.Configuration(name: name)
    configuration.deregistrationGracePeriod = .zero
    if let codecs { configuration.codecs = codecs }
    let service = try Microservice(
        configuration, registry: registry, transport: HTTPTransport(),
        logger: Logger(label: "greeter") { _ in SwiftLogNoOpLogHandler() })
    register(service)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await service.run() }
        defer { group.cancelAll() }
        #expect(try await eventually { try await !registry.lookUp(name).isEmpty })
        let node = try #require(try await registry.lookUp(name).first?.nodes.first)
        let raw = try await RawConnection.open(to: Address(node))
        defer { raw.close() }
        try await body(raw)
    }
}

/// Runs a server that sends the recorded responses once it has received the recorded number of requests.
///
/// - Parameter onRequest: Receives each request.
func withRecordedServer(
    _ recording: GoMicroRecording, onRequest: @escaping @Sendable (ScriptedRequest) -> Void = { _ in },
    body: (HTTPTransport, Address) async throws -> Void
) async throws {
    let afterEnd = ValueCollector<Int>()
    let server = try ScriptedServer { connection in
        for step in recording.steps {
            switch step {
            case .client(let text):
                for message in GoMicroRecording.Message.all(in: GoMicroRecording.bytes(text)) {
                    // A client of v1.9 and later sends an end, this one closes its sending side.
                    guard message["Micro-Error"] == nil, let request = try connection.readRequest() else { continue }
                    onRequest(request)
                }
            case .server(let text): try connection.write(GoMicroRecording.bytes(text))
            case .clientCloses: afterEnd.add(connection.readToEnd().count)
            case .serverCloses: return connection.close()
            }
        }
    }
    defer { server.stop() }
    try await withClient { client in try await body(client, .local(server.port)) }
    server.stop()
    // Versions before v1.9 would handle an end that is sent as a message.
    #expect(afterEnd.values.allSatisfy { $0 == 0 }, "bytes after the last recorded message")
}

/// Calls a recorded server as `withRecordedServer`, with a client of a service. A server of v0.14 has no `protocol`.
func withServiceClient(
    of recording: GoMicroRecording, codecs: [any Codec],
    onRequest: @escaping @Sendable (ScriptedRequest) -> Void = { _ in }, body: (Client) async throws -> Void
) async throws {
    try await withRecordedServer(recording, onRequest: onRequest) { transport, address in
        let registry = MemoryRegistry(backend: MemoryBackend())
        var metadata = ["server": "rpc", "transport": "http"]
        if recording.version != "v0.14.1" { metadata["protocol"] = "mucp" }
        let node = Node(id: "greeter-1", address: address.host, port: address.port ?? 0, metadata: metadata)
        try await registry.register(
            ServiceRecord(name: "go.micro.srv.greeter", nodes: [node]), timeToLive: nil)
        var configuration = Client.Configuration()
        configuration.codecs = codecs
        let client = try Client(configuration: configuration, registry: registry, transport: transport)
        try await body(client)
        await client.close()
    }
}

extension GoMicroRecording.Message {
    /// The call of a recorded client.
    func request(timeout: Duration = .seconds(30)) -> TransportRequest {
        TransportRequest(
            service: self["Micro-Service"] ?? "", endpoint: self["Micro-Endpoint"] ?? "",
            contentType: self["Content-Type"] ?? "", body: ByteBuffer(bytes: body), deadline: .now + timeout)
    }

    /// The message and the error of a response. Those of v0.14 are in an envelope, whose other fields may differ.
    var content: (message: [UInt8], error: String?) {
        if self["Micro-Error"] == nil, let content = LegacyContent(body) { return (content.message, content.error) }
        return (body, self["Micro-Error"])
    }
}

extension RawConnection {
    /// The complete messages received so far.
    var messages: [GoMicroRecording.Message] { GoMicroRecording.Message.all(in: bytes) }

    /// Sends the recorded requests of a connection, each after the response to the one before.
    ///
    /// - Returns: The responses.
    func responses(to requests: [String]) async throws -> [GoMicroRecording.Message] {
        for (index, request) in requests.enumerated() {
            try await send(GoMicroRecording.bytes(request))
            #expect(await eventually { self.messages.count > index }, "\(text)")
        }
        return messages
    }
}

extension GoMicroRecording {
    /// The packets of the client.
    var clientPackets: [String] {
        steps.compactMap { step in
            guard case .client(let text) = step else { return nil }
            return text
        }
    }
}
