// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// A message on the wire: go-micro's envelope, with the topic in a header that users cannot set.
struct HTTPBrokerMessage: Sendable {
    /// The HTTP request field that names the headers which the broker added to the message, separated by commas. A
    /// swift-micro subscriber removes these headers; go-micro ignores the field.
    static let addedHeader = "Micro-Added-Header"
    private static let requiredHeaders = [GoMicroHeaderName.topic, GoMicroHeaderName.contentType]
    private static let defaultContentType = "application/octet-stream"

    let topic: String
    let deadline: ContinuousClock.Instant
    /// The encoded envelope, which is the same for every subscriber.
    let bytes: ByteBuffer
    /// The fields of the HTTP request in addition to go-micro's.
    let requestHeaders: Headers

    /// Checks and encodes a message.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`, `unsupported` (repeated header names) or `payloadTooLarge`.
    init(_ message: BrokerMessage, to topic: String, deadline: ContinuousClock.Instant, maxBodySize: Int) throws {
        try TopicRules.check(headers: message.headers)
        let headerSize = message.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard message.body.readableBytes <= maxBodySize, headerSize <= HTTPBrokerConfiguration.maxHeaderSize else {
            throw MicroError(
                .payloadTooLarge,
                "the message to \(topic) has a body of \(message.body.readableBytes) and headers of \(headerSize) bytes: "
                    + "the limits are \(maxBodySize) and \(HTTPBrokerConfiguration.maxHeaderSize)",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
        self.topic = topic
        self.deadline = deadline
        var envelope = try GoMicroMessageEnvelope(message)
        // go-micro before v3 requires this header; v3 and later require Micro-Topic, and v1.18 requires both. v0.14
        // requires Content-Type. Typed publishers have already set Micro-Topic and Content-Type; for other messages
        // they are added here.
        envelope.fields.append((GoMicroHeaderName.brokerTopic, topic))
        let values = [GoMicroHeaderName.topic: topic, GoMicroHeaderName.contentType: Self.defaultContentType]
        let added = Self.requiredHeaders.filter { message.headers[$0] == nil }
        for name in added { envelope.fields.append((name, values[name] ?? "")) }
        requestHeaders = added.isEmpty ? [:] : [Self.addedHeader: added.joined(separator: ",")]
        bytes = envelope.encoded()
    }

    /// Reads a message that was sent to a subscriber of a topic.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if the body is not an envelope, or the message is for
    ///   another topic.
    static func read(_ request: TransportRequest, for topic: String) throws -> BrokerMessage {
        guard var envelope = GoMicroMessageEnvelope(parsing: request.body) else {
            throw invalid("this is not a message: expected {\"Header\":{…},\"Body\":\"<base64>\"}")
        }
        let brokerTopic = envelope.fields.first { $0.name == GoMicroHeaderName.brokerTopic }?.value
        let microTopic = envelope.fields.first { $0.name.lowercased() == GoMicroHeaderName.topic.lowercased() }?.value
        guard let receivedTopic = brokerTopic ?? microTopic else {
            throw invalid(
                "the topic is missing: expected the header \(GoMicroHeaderName.brokerTopic) or \(GoMicroHeaderName.topic)"
            )
        }
        let added = (request.headers[addedHeader] ?? "").split(separator: ",").map(String.init)
            .filter(requiredHeaders.contains)
        envelope.fields.removeAll { $0.name == GoMicroHeaderName.brokerTopic || added.contains($0.name) }
        guard receivedTopic == topic else {
            throw invalid("the subscriber has not subscribed to \(NameRules.quoted(receivedTopic))")
        }
        guard envelope.fields.count <= TopicRules.maxHeaderCount else {
            throw invalid("the message has \(envelope.fields.count) headers: the limit is \(TopicRules.maxHeaderCount)")
        }
        // Go allows headers that TopicRules does not.
        envelope.fields.removeAll { (try? TopicRules.check(headers: [$0.name: $0.value])) == nil }
        return envelope.message
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.broker)
    }
}
