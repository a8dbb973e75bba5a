// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import GoMicroWire
import MessageTransport
import MicroCore
import NIOCore
import TestSupport
import Testing

@testable import CurlTransfer
@testable import MicroRabbitMQ

/// The bytes of calls in go-micro's RabbitMQ transport: exchange `micro`, the address as routing key, all headers as long
/// strings in the table, correlation ID, direct reply-to and timestamp, the body as it is.
@Suite struct RabbitMQCallWireTests {
    private static let correlationID = "0d1c5f74-7e55-4a94-a6cf-3a5e3c8b1a10"
    private static let replyTo = "amq.rabbitmq.reply-to"
    private static let body = #"{"name":"John"}"#

    /// The header frame's payload: class 60, weight 0, the body's size, the flags of headers (13), correlation ID (10),
    /// reply-to (9) and timestamp (6), then these properties.
    private static let header: [UInt8] =
        [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15, 0x26, 0x40, 0, 0, 0, 63]
        + [12] + Array("Content-TypeS".utf8) + [0, 0, 0, 16] + Array("application/json".utf8)
        + [8] + Array("Micro-IdS".utf8) + [0, 0, 0, 1] + Array("1".utf8)
        + [7] + Array("TimeoutS".utf8) + [0, 0, 0, 1] + Array("5".utf8)
        + [36] + Array(correlationID.utf8) + [21] + Array(replyTo.utf8) + [0, 0, 0, 0, 0x5D, 0, 0, 0]

    @Test func requestHasGoMicroBytes() throws {
        var properties = RabbitMQCallFormat.properties([
            ("Content-Type", "application/json"), ("Micro-Id", "1"), ("Timeout", "5"),
        ])
        #expect(properties.timestamp ?? 0 > 1_700_000_000)
        (properties.timestamp, properties.correlationID, properties.replyTo) = (
            0x5D00_0000, Self.correlationID, Self.replyTo
        )
        let publication = AMQPPublication(
            exchange: "micro", routingKey: "a", isMandatory: true, properties: properties,
            body: ByteBuffer(string: Self.body))
        var output = CurlOutput()
        publication.write(to: &output, on: 1, maxFrameSize: 131_072)
        let method: [UInt8] = [0, 60, 0, 40, 0, 0, 5] + Array("micro".utf8) + [1] + Array("a".utf8) + [1]
        let expected = frame(1, method) + frame(2, Self.header) + frame(3, Array(Self.body.utf8))
        #expect(Array(output.bytes) == expected)
    }

    @Test func goMicroRequestIsRead() throws {
        let header = try Self.header.withUnsafeBytes { try AMQPContentHeader(parsing: $0) }
        #expect(header.properties.correlationID == Self.correlationID && header.properties.replyTo == Self.replyTo)
        #expect(RabbitMQStreamMark(header.properties.type) == nil)
        let fields = GoMicroHeaders(RabbitMQCallFormat.fields(of: header.properties))
        #expect(fields.contentType == "application/json" && fields.id == "1" && fields.timeout == "5")
    }

    /// go-micro repeats the number of a call under the name that its client used.
    @Test(arguments: ["Micro-Id", "Micro-ID", "X-Micro-Id"]) func idFieldsKeepTheirNames(_ name: String) {
        let fields = RabbitMQCallFormat.idFields(in: [("Micro-Service", "s"), (name, "7")])
        #expect(fields.map(\.name) == [name] && fields.map(\.value) == ["7"])
    }

    @Test func headersOfOtherTypesAreRead() {
        var properties = AMQPProperties()
        properties.headers = ["a": .integer(1), "b": .bool(true), "c": .table([:]), "d": .string("x")]
        let fields = GoMicroHeaders(RabbitMQCallFormat.fields(of: properties))
        #expect(fields.userHeaders == ["a": "1", "b": "true", "d": "x"])
    }

    @Test func streamMarksRoundTrip() {
        let marks: [RabbitMQStreamMark] = [
            .message(0), .message(.max), .halfClose(3), .end(4), .control(.ping), .control(.pong), .control(.gone),
            .control(.cancel), .control(.windowUpdate(70_000)),
        ]
        for mark in marks { #expect(RabbitMQStreamMark(mark.text) == mark) }
    }

    @Test(arguments: [nil, "", "message", "message x", "message -1", "end 1 2", "taken 99999999999", "order", "Ping"])
    func foreignTypesAreNoMarks(_ text: String?) { #expect(RabbitMQStreamMark(text) == nil) }

    @Test func reservedAndRepeatedHeadersAreRefused() {
        let wrong: [(Headers, MicroError.Code)] = [
            (["Micro-Id": "7"], .invalidArgument), (["Timeout": "7"], .invalidArgument),
            (["a": "1", "A": "2"], .unsupported), ([String(repeating: "n", count: 256): "x"], .invalidArgument),
        ]
        for (headers, code) in wrong {
            let error = #expect(throws: MicroError.self) { try CallHeaderRules.check(headers, broker: "RabbitMQ") }
            #expect(error?.code == code && error?.isSafeToRetry == true)
        }
    }

    @Test func transportSettingsAreRead() throws {
        let values: [AbsoluteConfigKey: ConfigValue] = [
            "micro.broker.address": "broker:1", "micro.transport.address": "a:1,amqps://b", "rabbitmq.vhost": "v",
        ]
        let configuration = RabbitMQConfiguration(
            transportConfigReader: ConfigReader(provider: InMemoryProvider(values: values)))
        #expect(configuration.addresses == ["a:1", "amqps://b"] && configuration.virtualHost == "v")
        let none = ConfigReader(provider: InMemoryProvider(values: ["micro.broker.address": "broker:1"]))
        #expect(RabbitMQConfiguration(transportConfigReader: none).address == "amqp://127.0.0.1:5672")
        let error = #expect(throws: MicroError.self) {
            try RabbitMQTransport(configuration: MicroRabbitMQTests.configuration("a b"))
        }
        #expect(error?.code == .invalidArgument && error?.origin == MicroError.Origin.transport)
        #expect(error?.message.contains("MICRO_TRANSPORT_ADDRESS") == true)
    }

    @Test func unreachableServerIsReportedWithTheSettingOfTheTransport() async throws {
        let dead = try ScriptedServer { _ in }
        dead.stop()
        let transport = try RabbitMQTransport(
            configuration: configuration("127.0.0.1:\(dead.port)") { $0.timeout = .milliseconds(300) })
        let error = await #expect(throws: MicroError.self) {
            _ = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
        }
        #expect(error?.code == .unavailable && error?.origin == MicroError.Origin.transport)
        #expect(error?.message.contains("MICRO_TRANSPORT_ADDRESS") == true, "\(error?.message ?? "")")
        await transport.close()
    }

    private func frame(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [type, 0, 1] + withUnsafeBytes(of: UInt32(payload.count).bigEndian) { Array($0) } + payload + [0xCE]
    }
}
