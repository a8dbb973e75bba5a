// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import Tracing

/// The spans of events, one for publishing and one for handling, connected by headers. Names follow OpenTelemetry's
/// conventions for messaging (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/).
struct EventTracing: Sendable {
    /// The name of the broker, such as `nats`.
    let broker: String

    /// Publishes a message in a producer span. The message that is passed to `body` contains the trace context.
    func publish(_ message: BrokerMessage, to topic: String, _ body: (BrokerMessage) async throws -> Void) async throws
    {
        try await withSpan("publish \(topic)", ofKind: .producer) { span in
            setAttributes(of: span, message.headers, topic: topic, operation: "publish", type: "send")
            var message = message
            TracePropagation.inject(span.context, into: &message.headers)
            try await body(message)
        }
    }

    /// Handles a delivery in a consumer span, a child of the publisher's span.
    func handle(_ delivery: Delivery, queue: String?, _ body: () async throws -> Void) async throws {
        let headers = delivery.message.headers
        let context = TracePropagation.extract(from: headers)
        try await withSpan("process \(delivery.topic)", context: context, ofKind: .consumer) { span in
            setAttributes(of: span, headers, topic: delivery.topic, operation: "process", type: "process")
            if let queue { span.attributes["messaging.consumer.group.name"] = queue }
            try await body()
        }
    }

    private func setAttributes(
        of span: any Span, _ headers: Headers, topic: String, operation: String, type: String
    ) {
        span.attributes["messaging.system"] = broker
        span.attributes["messaging.destination.name"] = topic
        span.attributes["messaging.operation.name"] = operation
        span.attributes["messaging.operation.type"] = type
        if let id = headers[GoMicroHeaderName.id] { span.attributes["messaging.message.id"] = id }
    }
}
