// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// Converts messages of a broker to those of AMQP and back.
struct RabbitMQMessageFormat: Sendable {
    /// Marks messages that this toolkit has published again, with the attempt and the topic in other properties.
    static let redeliveryApp = "swift-micro"
    /// The start of the IDs of messages that this adapter adds.
    private static let messageIDPrefix = "swift-micro-"
    /// The part of a header frame that properties other than headers can take, in bytes.
    private static let reservedHeaderSize = 1024

    private let addsGoMicroHeaders: Bool
    private let maxBodySize: Int
    private let isPersistent: Bool

    init(_ configuration: RabbitMQConfiguration) {
        addsGoMicroHeaders = configuration.format == .goMicro
        maxBodySize = configuration.maxMessageSize
        isPersistent = configuration.delivery == .atLeastOnce
    }

    /// Encodes headers after checking them and the size of the message.
    ///
    /// - Parameters:
    ///   - topic: The topic, for go-micro.
    ///   - maxFrameSize: The maximum size of a frame, into which all headers have to fit.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`, `unsupported` or `payloadTooLarge`.
    func properties(of message: BrokerMessage, to topic: String, maxFrameSize: Int) throws -> AMQPProperties {
        try TopicRules.check(headers: message.headers)
        try checkSize(of: message, maxFrameSize: maxFrameSize)
        var properties = AMQPProperties()
        properties.isPersistent = isPersistent
        for (name, value) in message.headers {
            properties.headers.fields.append(.init(name: name, value: .string(value)))
        }
        if addsGoMicroHeaders { addGoMicroHeaders(to: &properties.headers, message.headers, topic) }
        return properties
    }

    private func checkSize(of message: BrokerMessage, maxFrameSize: Int) throws {
        var (size, names) = (0, Set<String>())
        for (name, value) in message.headers {
            // Each field has a length, a type and the length of the value.
            size += name.utf8.count + value.utf8.count + 6
            guard message.headers.count == 1 || names.insert(name.lowercased()).inserted else {
                throw MicroError(
                    .unsupported, "RabbitMQ cannot hold repeated headers: send \(name) once",
                    origin: MicroError.Origin.broker, isSafeToRetry: true)
            }
        }
        let maxHeaderSize = maxFrameSize - AMQPFrame.overhead - Self.reservedHeaderSize
        guard size <= maxHeaderSize, message.body.readableBytes <= maxBodySize else {
            throw MicroError(
                .payloadTooLarge,
                "the message has a body of \(message.body.readableBytes) bytes and headers of \(size): RabbitMQ accepts "
                    + "\(maxBodySize) and \(maxHeaderSize)", origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
    }

    /// go-micro drops messages without `Content-Type` before v0.20, and messages without `Micro-Topic` since v1.18.
    private func addGoMicroHeaders(to table: inout AMQPTable, _ headers: Headers, _ topic: String) {
        let required = [
            ("Content-Type", "application/octet-stream"), ("Micro-Topic", topic),
            ("Micro-Id", Self.messageIDPrefix + UUID().uuidString),
        ]
        for (name, value) in required where headers[name] == nil {
            table.fields.append(.init(name: name, value: .string(value)))
        }
    }

    /// Decodes a message of any publisher. Headers that the server adds are removed.
    func decode(_ content: AMQPContent) -> BrokerMessage {
        var headers = Headers()
        for field in content.properties.headers.fields where !Self.isServerHeader(field) {
            if let text = field.value.text { headers.add(field.name, text) }
        }
        if headers["Micro-Id"]?.hasPrefix(Self.messageIDPrefix) == true {
            (headers["Micro-Id"], headers["Micro-Topic"]) = (nil, nil)
        }
        if let type = content.properties.contentType, headers["Content-Type"] == nil { headers["Content-Type"] = type }
        return BrokerMessage(headers: headers, body: content.body)
    }

    private static let serverHeaders: Set<String> = [
        "x-death", "x-delivery-count", "x-acquired-count", "x-first-death-exchange", "x-first-death-queue",
        "x-first-death-reason", "x-last-death-exchange", "x-last-death-queue", "x-last-death-reason",
    ]

    static func isServerHeader(_ field: AMQPTable.Field) -> Bool {
        field.name.hasPrefix("x-") && serverHeaders.contains(field.name)
    }
}

extension AMQPContent {
    /// The topic that a delivered message was published to.
    var topic: String {
        if let redelivery { return redelivery.topic }
        guard case .deliver(let deliver) = method else { return "" }
        if !deliver.exchange.isEmpty { return deliver.routingKey }
        return properties.headers["Micro-Topic"]?.text ?? deliver.routingKey
    }

    /// The earlier attempts and the topic of a message that this toolkit has published again; nil for any other message.
    var redelivery: (attempts: Int, topic: String)? {
        guard properties.appID == RabbitMQMessageFormat.redeliveryApp,
            let attempts = properties.messageID.flatMap(Int.init), (1...Int(Int32.max)).contains(attempts),
            let topic = properties.type, TopicRules.isTopic(topic)
        else { return nil }
        return (attempts, topic)
    }
}
