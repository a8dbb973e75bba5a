// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroConformance
import MicroCore
import MicroNATS
import NIOCore

/// A NATS client that does not use the adapter: it publishes as a foreign client, and sends requests to the server.
///
/// Each operation opens a connection and has 5 s.
struct NATSWireClient: BrokerPeer {
    private static let timeout = Duration.seconds(5)

    let scheme: String
    let address: Address
    private let configuration: NATSConfiguration

    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    init(_ configuration: NATSConfiguration) throws {
        let text = configuration.addresses.first ?? ""
        let parts = text.components(separatedBy: "://")
        scheme = parts.count == 2 ? parts[0] : "nats"
        let address = try Address(parsing: parts.last ?? "")
        self.address = Address(
            host: address.host, port: address.port ?? ["ws": 80, "wss": 443][scheme, default: 4222])
        self.configuration = configuration
    }

    var usesTLS: Bool { scheme == "tls" || scheme == "wss" }

    /// The endpoint that clients connect to.
    var endpoint: BackendEndpoint { BackendEndpoint(address, wireProtocol: usesTLS ? .tls : .tcp) }

    /// The version in the server's `INFO`.
    func version() async throws -> String {
        try await withConnection { connection in
            let infoLine = try await connection.readThrough("\r\n")
            let json = infoLine.firstRange(of: "INFO ").map { infoLine[$0.upperBound...] } ?? ""
            let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            return object?["version"] as? String ?? "unknown"
        }
    }

    func publish(_ body: ByteBuffer, to topic: String) async throws {
        try await withConnection { connection in
            try await logIn(connection)
            connection.write("PUB \(topic) \(body.readableBytes)\r\n", Array(body.readableBytesView), "\r\nPING\r\n")
            _ = try await connection.readThrough("PONG")
        }
    }

    /// Sends an empty request, such as one of JetStream's API, and returns the reply.
    func request(_ subject: String) async throws -> String {
        try await withConnection { connection in
            try await logIn(connection)
            connection.write("SUB _INBOX.conformance 1\r\nPUB \(subject) _INBOX.conformance 0\r\n", [], "\r\n")
            _ = try await connection.readThrough("MSG ")
            return try await connection.readThrough("}\r\n")
        }
    }

    private func logIn(_ connection: WireConnection) async throws {
        _ = try await connection.readThrough("\r\n")
        if scheme == "tls", !configuration.usesTLSFirst { try await connection.startTLS() }
        var options: [String: Any] = ["verbose": false, "headers": false]
        options["user"] = configuration.user
        options["pass"] = configuration.password?.reveal()
        options["auth_token"] = configuration.token?.reveal()
        let json = try JSONSerialization.data(withJSONObject: options)
        connection.write("CONNECT ", Array(json), "\r\nPING\r\n")
        _ = try await connection.readThrough("PONG")
    }

    private func withConnection<Value>(_ body: (WireConnection) async throws -> Value) async throws -> Value {
        let target = CurlSocketTarget(
            host: address.host, port: address.port ?? 4222,
            usesTLS: scheme == "wss" || (scheme == "tls" && configuration.usesTLSFirst),
            webSocketPath: scheme.hasPrefix("ws") ? "/" : nil)
        let tls = CurlTLS(
            certificateAuthorityFile: configuration.certificateAuthorityFile,
            clientCertificateFile: configuration.clientCertificateFile, clientKeyFile: configuration.clientKeyFile)
        return try await WireConnection.with(
            target, name: "NATS at \(address)", tls: tls, timeout: Self.timeout, body)
    }
}
