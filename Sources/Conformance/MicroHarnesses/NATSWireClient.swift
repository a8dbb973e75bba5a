// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroConformance
import MicroCore
import MicroNATS
import NIOCore
import Synchronization

/// A client that knows the commands of NATS and nothing of the adapter: what a stranger publishes, and what has to be
/// asked of the server.
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

    /// What the server says first.
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

    /// Asks JetStream, and returns its answer as it is.
    func request(_ subject: String) async throws -> String {
        try await withConnection { connection in
            try await logIn(connection)
            connection.write("SUB _INBOX.conformance 1\r\nPUB \(subject) _INBOX.conformance 0\r\n", [], "\r\n")
            _ = try await connection.readThrough("MSG ")
            return try await connection.readThrough("}\r\n")
        }
    }

    private func logIn(_ connection: NATSWireConnection) async throws {
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

    private func withConnection<Value>(_ body: (NATSWireConnection) async throws -> Value) async throws -> Value {
        let target = CurlSocketTarget(
            host: address.host, port: address.port ?? 4222,
            usesTLS: scheme == "wss" || (scheme == "tls" && configuration.usesTLSFirst),
            webSocketPath: scheme.hasPrefix("ws") ? "/" : nil)
        let tls = CurlTLS(
            certificateAuthorityFile: configuration.certificateAuthorityFile,
            clientCertificateFile: configuration.clientCertificateFile, clientKeyFile: configuration.clientKeyFile)
        let connection = NATSWireConnection(within: Self.timeout)
        do {
            try await connection.connect(to: target, tls)
            let value = try await body(connection)
            await connection.end()
            return value
        } catch {
            await connection.end()
            throw MicroError(.unavailable, "NATS at \(address) does not answer: \(error)", origin: "conformance")
        }
    }
}

/// What is said and heard on one connection.
private final class NATSWireConnection: CurlSocketReader, Sendable {
    private let received = Mutex<(bytes: [UInt8], error: CurlError?)>(([], nil))
    private let socket = Mutex<CurlSocket?>(nil)
    private let deadline: ContinuousClock.Instant

    init(within limit: Duration) { deadline = .now + limit }

    func connect(to target: CurlSocketTarget, _ tls: CurlTLS) async throws {
        let socket = try await CurlSocket.connect(to: target, tls: tls, timeout: deadline - .now, reader: self)
        self.socket.withLock { $0 = socket }
    }

    func startTLS() async throws { try await socket.withLock(\.self)?.startTLS(timeout: deadline - .now) }

    func write(_ start: String, _ body: [UInt8], _ end: String) {
        socket.withLock(\.self)?.write { output in
            output.append(start)
            output.append(body)
            output.append(end)
        }
    }

    /// Everything up to a text, which has to come.
    func readThrough(_ text: String) async throws -> String {
        while true {
            let found = try received.withLock { received -> String? in
                if let range = received.bytes.firstRange(of: Array(text.utf8)) {
                    defer { received.bytes.removeSubrange(..<range.upperBound) }
                    return String(decoding: received.bytes[..<range.upperBound], as: UTF8.self)
                }
                if let error = received.error { throw error }
                return nil
            }
            if let found { return found }
            guard deadline > .now else { throw CurlError(kind: .timedOut, message: "it did not say \(text)") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func end() async { await socket.withLock(\.self)?.close() }

    func receive(_ bytes: UnsafeRawBufferPointer, from socket: CurlSocket) {
        received.withLock { $0.bytes.append(contentsOf: bytes) }
    }

    func end(_ error: CurlError) { received.withLock { $0.error = error } }
}
