// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Testing

@testable import MicroRabbitMQ

@Suite struct AMQPValueTests {
    private static let values: [AMQPValue] = [
        .bool(true), .bool(false), .integer(.min), .integer(.max), .double(-0.5), .decimal(scale: 2, value: -314),
        .string("\u{E4}\u{0}"), .bytes([0, 255]), .timestamp(1_700_000_000), .void,
        .array([.integer(1), .string("x"), .array([])]), .table(["a": .table(["b": .void]), "a": .integer(2)]),
    ]

    @Test(arguments: values) func valuesRoundTrip(_ value: AMQPValue) throws {
        var writer = AMQPWriter()
        value.write(to: &writer)
        #expect(try Self.read(writer.bytes) == value)
        for count in 0..<writer.bytes.count {
            #expect(throws: MicroError.self) { try Self.read(Array(writer.bytes.prefix(count))) }
        }
    }

    /// The types that only other clients write.
    @Test(arguments: [
        ("b", 1, -1), ("B", 1, 255), ("s", 2, -1), ("u", 2, 65535), ("I", 4, -1), ("i", 4, 4_294_967_295),
    ])
    func integersOfAllSizesAreRead(_ type: String, _ size: Int, _ expected: Int64) throws {
        let bytes = Array(type.utf8) + [UInt8](repeating: 0xFF, count: size)
        #expect(try Self.read(bytes) == .integer(expected))
        #expect(try Self.read(bytes).text == "\(expected)")
    }

    @Test func propertiesRoundTrip() throws {
        var properties = AMQPProperties()
        (properties.contentType, properties.correlationID, properties.replyTo) = ("a/b", "1", "amq.rabbitmq.reply-to")
        (properties.messageID, properties.type, properties.appID) = ("m", "t", "app")
        (properties.timestamp, properties.isPersistent) = (5, true)
        properties.headers = ["k": .string("v")]
        let header = AMQPContentHeader(bodySize: 9, properties: properties)
        var writer = AMQPWriter()
        header.write(to: &writer)
        #expect(try writer.bytes.withUnsafeBytes { try AMQPContentHeader(parsing: $0) } == header)
    }

    private static func read(_ bytes: [UInt8]) throws -> AMQPValue {
        try bytes.withUnsafeBytes { bytes in
            var reader = AMQPReader(bytes)
            return try AMQPValue(from: &reader)
        }
    }
}
