// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Instrumentation
import MicroCore
import ServiceContextModule
import Tracing

/// Carries the trace of who publishes to who handles, by headers, with a span on each side. The names are those of
/// OpenTelemetry's conventions for messaging (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/).
struct EventTracing: Sendable {
    /// The kind of the broker.
    let broker: String

    /// Publishes a message with the span that it belongs to.
    func publish(_ message: BrokerMessage, to topic: String, _ body: (BrokerMessage) async throws -> Void) async throws
    {
        try await withSpan("publish \(topic)", ofKind: .producer) { span in
            describe(span, message.headers, topic: topic, operation: "publish", type: "send")
            var message = message
            InstrumentationSystem.instrument.inject(span.context, into: &message.headers, using: HeadersCarrier())
            try await body(message)
        }
    }

    /// Handles a delivery in a span that follows from that of its publisher.
    func handle(_ delivery: Delivery, queue: String?, _ body: () async throws -> Void) async throws {
        var context = ServiceContext.topLevel
        let headers = delivery.message.headers
        InstrumentationSystem.instrument.extract(headers, into: &context, using: HeadersCarrier())
        try await withSpan("process \(delivery.topic)", context: context, ofKind: .consumer) { span in
            describe(span, headers, topic: delivery.topic, operation: "process", type: "process")
            if let queue { span.attributes["messaging.consumer.group.name"] = queue }
            try await body()
        }
    }

    private func describe(
        _ span: any Span, _ headers: Headers, topic: String, operation: String, type: String
    ) {
        span.attributes["messaging.system"] = broker
        span.attributes["messaging.destination.name"] = topic
        span.attributes["messaging.operation.name"] = operation
        span.attributes["messaging.operation.type"] = type
        if let id = headers["Micro-Id"] { span.attributes["messaging.message.id"] = id }
    }
}
