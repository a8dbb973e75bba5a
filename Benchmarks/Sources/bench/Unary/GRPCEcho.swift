// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import Micro
import SwiftProtobuf

/// grpc-swift-2 over HTTP/2 without TLS, with protobuf and its defaults: the common alternative in Swift. All callers
/// share one client, as its documentation recommends.
struct GRPCEcho: Echo {
    typealias Message = Google_Protobuf_BytesValue

    fileprivate static let method = MethodDescriptor(fullyQualifiedService: EchoParameters.service, method: "Echo")

    private let client: GRPCClient<HTTP2ClientTransport.Posix>
    private let connections: Task<Void, any Swift.Error>
    private let message = Google_Protobuf_BytesValue.echoed

    init(calling address: Address, callers: Int) async throws {
        let client = GRPCClient(
            transport: try .http2NIOPosix(
                target: .ipv4(address: address.host, port: address.port ?? 0), transportSecurity: .plaintext))
        self.client = client
        connections = Task { try await client.runConnections() }
    }

    static func serve(_ announce: @Sendable (Address) -> Void) async throws {
        let server = GRPCServer(
            transport: .http2NIOPosix(
                address: .ipv4(host: EchoParameters.address.host, port: 0), transportSecurity: .plaintext),
            services: [EchoService()])
        async let running: Void = server.serve()
        let address = try await server.listeningAddress?.ipv4
        announce(Address(host: EchoParameters.address.host, port: address?.port))
        try await running
    }

    func call(_ caller: Int) async throws {
        var options = GRPCCore.CallOptions.defaults
        options.timeout = EchoParameters.timeout
        let response: Message = try await client.unary(
            request: ClientRequest(message: message), descriptor: Self.method,
            serializer: ProtobufSerializer<Message>(), deserializer: ProtobufDeserializer<Message>(), options: options
        ) { try $0.message }
        guard response == message else { throw BenchError("the response differs from the request") }
    }

    func close() async {
        client.beginGracefulShutdown()
        _ = await connections.result
    }
}

private struct EchoService: RegistrableRPCService {
    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: GRPCEcho.method, deserializer: ProtobufDeserializer<GRPCEcho.Message>(),
            serializer: ProtobufSerializer<GRPCEcho.Message>()
        ) { request, _ in
            let request = try await ServerRequest(stream: request)
            return StreamingServerResponse(single: ServerResponse(message: request.message))
        }
    }
}

extension Google_Protobuf_BytesValue {
    /// As many bytes as in the other kinds.
    static var echoed: Self {
        var message = Self()
        message.value = Data(repeating: UInt8(ascii: "x"), count: EchoParameters.size - 2)
        return message
    }
}
