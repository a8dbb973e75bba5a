// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroConformance
import MicroCore
import MicroRabbitMQ
import NIOCore

/// An AMQP client that does not use the adapter: it publishes as a foreign client, and deletes the exchange of a harness.
///
/// Each operation opens a connection and has 5 s.
struct RabbitMQWireClient: BrokerPeer {
    private static let timeout = Duration.seconds(5)

    let usesTLS: Bool
    let address: Address
    private let configuration: RabbitMQConfiguration

    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    init(_ configuration: RabbitMQConfiguration) throws {
        let text = configuration.addresses.first ?? ""
        usesTLS = text.hasPrefix("amqps://")
        let address = try Address(parsing: text.components(separatedBy: "://").last ?? "")
        self.address = Address(host: address.host, port: address.port ?? (usesTLS ? 5671 : 5672))
        self.configuration = configuration
    }

    /// The endpoint that clients connect to.
    var endpoint: BackendEndpoint { BackendEndpoint(address, wireProtocol: usesTLS ? .tls : .tcp) }

    /// The version in the server's greeting.
    func version() async throws -> String {
        try await withConnection { connection in
            connection.write(Array("AMQP".utf8) + [0, 0, 9, 1])
            let start = try await connection.readFrame()
            guard let name = start.firstRange(of: Array("versionS".utf8)) else { return "unknown" }
            // A long string: its length in four bytes; only the last is not zero.
            let length = Int(start.dropFirst(name.upperBound + 3).first ?? 0)
            return String(decoding: start.dropFirst(name.upperBound + 4).prefix(length), as: UTF8.self)
        }
    }

    func publish(_ body: ByteBuffer, to topic: String) async throws {
        let bytes = Array(body.readableBytesView)
        try await withChannel { connection in
            var frames = Self.method(60, 40, [0, 0] + Self.short(configuration.exchange) + Self.short(topic) + [0])
            frames += Self.frame(2, [0, 60, 0, 0] + Self.number(UInt64(bytes.count)) + [0, 0])
            if !bytes.isEmpty { frames += Self.frame(3, bytes) }
            connection.write(frames)
        }
    }

    /// Deletes the exchange of the configuration.
    func deleteExchange() async throws {
        try await withChannel { connection in
            connection.write(Self.method(40, 20, [0, 0] + Self.short(configuration.exchange) + [0]))
            _ = try await connection.readFrame()
        }
    }

    /// Logs in, opens channel 1, and closes both so that everything was received.
    private func withChannel(_ body: (WireConnection) async throws -> Void) async throws {
        try await withConnection { connection in
            connection.write(Array("AMQP".utf8) + [0, 0, 9, 1])
            _ = try await connection.readFrame()
            let user = configuration.user ?? "guest"
            let response = [0] + Array(user.utf8) + [0] + Array((configuration.password?.reveal() ?? "guest").utf8)
            connection.write(
                Self.method(
                    10, 11,
                    [0, 0, 0, 0] + Self.short("PLAIN") + Self.number(UInt32(response.count)) + response
                        + Self.short("en_US"), channel: 0))
            let tune = try await connection.readFrame()
            connection.write(Self.method(10, 31, Array(tune.dropFirst(11).prefix(8)), channel: 0))
            connection.write(Self.method(10, 40, Self.short(configuration.virtualHost) + [0, 0], channel: 0))
            _ = try await connection.readFrame()
            connection.write(Self.method(20, 10, [0]))
            _ = try await connection.readFrame()
            try await body(connection)
            connection.write(Self.method(20, 40, [0, 200, 0, 0, 0, 0, 0]))
            _ = try await connection.readFrame()
        }
    }

    private func withConnection<Value>(
        _ body: (WireConnection) async throws -> Value
    ) async throws -> Value {
        let target = CurlSocketTarget(host: address.host, port: address.port ?? 5672, usesTLS: usesTLS)
        let tls = CurlTLS(
            certificateAuthorityFile: configuration.certificateAuthorityFile,
            clientCertificateFile: configuration.clientCertificateFile, clientKeyFile: configuration.clientKeyFile)
        return try await WireConnection.with(
            target, name: "RabbitMQ at \(address)", tls: tls, timeout: Self.timeout, body)
    }

    // MARK: Encoding

    private static func method(
        _ classID: UInt8, _ number: UInt8, _ arguments: [UInt8], channel: UInt8 = 1
    ) -> [UInt8] {
        frame(1, [0, classID, 0, number] + arguments, channel: channel)
    }

    private static func frame(_ type: UInt8, _ payload: [UInt8], channel: UInt8 = 1) -> [UInt8] {
        [type, 0, channel] + number(UInt32(payload.count)) + payload + [0xCE]
    }

    private static func short(_ text: String) -> [UInt8] { [UInt8(clamping: text.utf8.count)] + Array(text.utf8) }

    private static func number(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
