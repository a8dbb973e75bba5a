// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Logging
import Metrics
import MicroCore
import NIOCore
import Synchronization

/// A handler of the events of one topic: subscribes, and decodes messages.
///
/// Metrics: the metrics of ``EventMetrics``, and the counter `micro.events.dropped` with the dimensions `service` and
/// `topic`.
final class EventHandler: Sendable {
    typealias EncodedEventHandler = @Sendable (ByteBuffer, EventContext) async throws -> Void

    let topic: String
    let queue: String?
    let concurrency: Int
    let options: SubscribeOptions
    let endpoint: Endpoint
    /// By media type.
    private let handlersByContentType: [String: EncodedEventHandler]
    /// The media type of messages without `Content-Type`.
    private let defaultContentType: String?
    private let client: Client
    private let logger: Logger
    private let metrics: EventMetrics
    private let drops: Counter
    private let dropWarnings = LogThrottle()
    /// The number of handled events and their durations, for `Debug.Endpoints`.
    let statistics = EndpointStatistics()
    private let droppedCount = Atomic(0)

    init<Event: Sendable>(
        _ topic: String, queue: String?, concurrency: Int, options: SubscribeOptions, of service: ServerIdentity,
        body: @escaping @Sendable (Event, EventContext) async throws -> Void
    ) {
        (self.topic, self.queue, self.concurrency, self.options) = (topic, queue, concurrency, options)
        // go-micro's name for handlers that are functions.
        endpoint = Endpoint(
            name: "Func", request: ValueShape(of: Event.self), metadata: ["subscriber": "true", "topic": topic])
        let decoders = service.codecs.decoders(for: Event.self)
        handlersByContentType = decoders.mapValues { decode in
            { bytes, context in
                let event = try Codecs.decodeFromPeer(Event.self, "event") { try decode(bytes) }
                try await body(event, context)
            }
        }
        defaultContentType = service.codecs.all.lazy.flatMap(\.contentTypes).first { decoders[$0] != nil }
        client = service.client
        logger = service.logger("topic", topic)
        let dimensions = [("service", service.name), ("topic", topic)]
        metrics = EventMetrics(.process, system: client.broker.name, queue: queue)
        drops = Counter(label: "micro.events.dropped", dimensions: dimensions)
    }

    /// Whether a codec can decode the type of the event.
    var hasCodec: Bool { !handlersByContentType.isEmpty }

    /// Handles the deliveries of a subscription until it ends.
    func handle(_ subscription: Subscription, from broker: any Broker) async {
        let tracing = EventTracing(broker: broker.name)
        await subscription.handle(concurrency: concurrency) { [self] delivery, error in
            recordFailure(of: delivery, error)
        } _: { [self] delivery in
            if delivery.droppedBefore > 0 { recordDrops(delivery.droppedBefore) }
            try await measure { try await tracing.handle(delivery, queue: queue) { try await handle(delivery) } }
        }
    }

    /// The number of events that were dropped because the handler was slower than the publishers.
    var dropped: Int { droppedCount.load(ordering: .relaxed) }

    private func measure(_ body: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        var failed = true
        statistics.begin()
        defer { statistics.end(after: .now - start, failed: failed) }
        try await metrics.measure(topic, body)
        failed = false
    }

    private func handle(_ delivery: Delivery) async throws {
        let (headers, body) = (delivery.message.headers, delivery.message.body)
        let contentType =
            headers[GoMicroHeaderName.contentType].map(MediaType.essence(of:)) ?? defaultContentType ?? ""
        guard let handler = handlersByContentType[contentType] else {
            let supportedTypes = handlersByContentType.keys.sorted().joined(separator: ", ")
            throw MicroError(
                .unsupported,
                "the event is \"\(contentType)\", but the subscriber of \(topic) decodes only \(supportedTypes)",
                origin: MicroError.Origin.server)
        }
        try await handler(
            body,
            EventContext(
                topic: delivery.topic, headers: headers, attempt: delivery.attempt, client: client, logger: logger))
    }

    private func recordFailure(of delivery: Delivery, _ error: any Error) {
        logger.error(
            "event handler failed",
            metadata: [
                "event": "\(delivery.message.headers[GoMicroHeaderName.id] ?? "-")",
                "attempt": "\(delivery.attempt)", "cause": "\(error)",
            ])
    }

    private func recordDrops(_ count: Int) {
        drops.increment(by: count)
        droppedCount.wrappingAdd(count, ordering: .relaxed)
        logger.warning(
            "events dropped: the handler is slower than the publishers", throttle: dropWarnings,
            metadata: ["count": "\(count)", "total": "\(dropped)"])
    }
}
