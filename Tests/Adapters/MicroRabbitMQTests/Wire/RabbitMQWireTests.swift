// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Testing

@testable import CurlTransfer
@testable import MicroRabbitMQ

/// The bytes of go-micro's RabbitMQ plugin: exchange `micro`, the topic as routing key, all headers as long strings in the
/// table, no other properties, the body as it is.
@Suite struct RabbitMQWireTests {
    private static let topic = "events.hello"
    private static let headers: Headers = [
        "Content-Type": "application/json", "Micro-Id": "7b88e397", "Micro-Topic": "events.hello",
    ]
    private static let body = #"{"name":"John"}"#

    /// The header frame's payload: class 60, weight 0, the body's size, the flag of headers, the table.
    private static let header: [UInt8] =
        [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15, 0x20, 0x00, 0, 0, 0, 85]
        + [12] + Array("Content-TypeS".utf8) + [0, 0, 0, 16] + Array("application/json".utf8)
        + [8] + Array("Micro-IdS".utf8) + [0, 0, 0, 8] + Array("7b88e397".utf8)
        + [11] + Array("Micro-TopicS".utf8) + [0, 0, 0, 12] + Array("events.hello".utf8)

    private static var format: RabbitMQMessageFormat {
        var configuration = RabbitMQConfiguration()
        configuration.format = .goMicro
        return RabbitMQMessageFormat(configuration)
    }

    /// AMQP 0-9-1, `queue.unbind`: unlike `queue.bind` it has no bit for a missing reply.
    @Test func unbindHasTheArgumentsOfTheProtocol() {
        var writer = AMQPWriter()
        AMQPCommand.queueUnbind(queue: "q", exchange: "x", key: "k").write(to: &writer, on: 3)
        let arguments: [UInt8] = [0, 0, 1, 0x71, 1, 0x78, 1, 0x6B, 0, 0, 0, 0]
        #expect(Array(writer.bytes) == [1, 0, 3, 0, 0, 0, 16, 0, 50, 0, 50] + arguments + [0xCE])
    }

    @Test func publicationHasGoMicroBytes() throws {
        let message = BrokerMessage(headers: Self.headers, text: Self.body)
        let publication = AMQPPublication(
            exchange: "micro", routingKey: Self.topic,
            properties: try Self.format.properties(of: message, to: Self.topic, maxFrameSize: 131_072),
            body: message.body)
        var output = CurlOutput()
        publication.write(to: &output, on: 2, maxFrameSize: 131_072)
        let method: [UInt8] =
            [0, 60, 0, 40, 0, 0, 5] + Array("micro".utf8) + [12] + Array(Self.topic.utf8) + [0]
        let expected =
            Self.frame(1, method) + Self.frame(2, Self.header) + Self.frame(3, Array(Self.body.utf8))
        #expect(Array(output.bytes) == expected)
    }

    @Test func goMicroMessageIsDecoded() throws {
        let header = try Self.header.withUnsafeBytes { try AMQPContentHeader(parsing: $0) }
        let deliver = AMQPMethod.Deliver(
            deliveryTag: 1, isRedelivered: false, exchange: "micro", routingKey: Self.topic)
        let content = AMQPContent(
            method: .deliver(deliver), properties: header.properties, body: ByteBuffer(string: Self.body))
        #expect(content.topic == Self.topic)
        #expect(Self.format.decode(content) == BrokerMessage(headers: Self.headers, text: Self.body))
    }

    /// go-micro drops messages without these headers. They are removed when this toolkit reads them.
    @Test func missingGoMicroHeadersAreAdded() throws {
        let properties = try Self.format.properties(
            of: BrokerMessage(text: "x"), to: Self.topic, maxFrameSize: 131_072)
        #expect(properties.headers["Content-Type"] == .string("application/octet-stream"))
        #expect(properties.headers["Micro-Topic"] == .string(Self.topic))
        let deliver = AMQPMethod.Deliver(
            deliveryTag: 1, isRedelivered: false, exchange: "micro", routingKey: Self.topic)
        let content = AMQPContent(method: .deliver(deliver), properties: properties, body: ByteBuffer())
        #expect(Self.format.decode(content).headers == ["Content-Type": "application/octet-stream"])
    }

    @Test func bodiesAreSplitIntoFrames() {
        let publication = AMQPPublication(
            exchange: "", routingKey: "q", properties: AMQPProperties(), body: ByteBuffer(repeating: 7, count: 10_000))
        var output = CurlOutput()
        publication.write(to: &output, on: 1, maxFrameSize: 4096)
        let sizes = [4088, 4088, 1824]
        let bodyFrames = sizes.flatMap { Self.frame(3, [UInt8](repeating: 7, count: $0), channel: 1) }
        #expect(Array(output.bytes.suffix(bodyFrames.count)) == bodyFrames)
    }

    @Test func serverHeadersAreRemoved() {
        var properties = AMQPProperties()
        properties.headers = [
            "x-death": .array([.table([:])]), "x-delivery-count": .integer(2), "a": .integer(1), "b": .string("x"),
            "c": .table([:]),
        ]
        let deliver = AMQPMethod.Deliver(
            deliveryTag: 1, isRedelivered: true, exchange: "", routingKey: "q")
        let content = AMQPContent(method: .deliver(deliver), properties: properties, body: ByteBuffer())
        #expect(Self.format.decode(content).headers == ["a": "1", "b": "x"])
    }

    @Test(arguments: [("x", "1", "t"), (RabbitMQMessageFormat.redeliveryApp, "0", "t"), ("", "1", "")])
    func foreignPropertiesAreNoRedelivery(_ app: String, _ attempts: String, _ topic: String) {
        var properties = AMQPProperties()
        (properties.appID, properties.messageID, properties.type) = (app, attempts, topic)
        let deliver = AMQPMethod.Deliver(
            deliveryTag: 1, isRedelivered: false, exchange: "e", routingKey: "key")
        let content = AMQPContent(method: .deliver(deliver), properties: properties, body: ByteBuffer())
        #expect(content.redelivery == nil && content.topic == "key")
    }

    private static func frame(_ type: UInt8, _ payload: [UInt8], channel: UInt8 = 2) -> [UInt8] {
        [type, 0, channel] + withUnsafeBytes(of: UInt32(payload.count).bigEndian) { Array($0) } + payload + [0xCE]
    }
}
