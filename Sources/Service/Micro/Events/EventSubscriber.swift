// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import Logging
import Metrics
import MicroCore
import NIOCore

/// One handler of events: what it subscribes to, and how a message becomes an event for it.
///
/// Metrics: the counters `micro.events.failures` and `micro.events.dropped`, with the dimensions `service` and `topic`.
struct EventSubscriber: Sendable {
    typealias EncodedEventHandler = @Sendable (ByteBuffer, EventContext) async throws -> Void

    let topic: String
    let queue: String?
    let concurrency: Int
    let options: SubscribeOptions
    let endpoint: Endpoint
    /// By media type.
    private let handlersByContentType: [String: EncodedEventHandler]
    /// For messages that do not say what they are.
    private let defaultContentType: String?
    private let logger: Logger
    private let failures: Counter
    private let dropCounter: Counter

    init<Event: Sendable>(
        _ topic: String, queue: String?, concurrency: Int, options: SubscribeOptions, service: String, codecs: Codecs,
        logger: Logger, body: @escaping @Sendable (Event, EventContext) async throws -> Void
    ) {
        (self.topic, self.queue, self.concurrency, self.options) = (topic, queue, concurrency, options)
        // As go-micro names handlers that are functions.
        endpoint = Endpoint(
            name: "Func", request: ValueShape(of: Event.self), metadata: ["subscriber": "true", "topic": topic])
        let decoders = codecs.decoders(for: Event.self)
        handlersByContentType = decoders.mapValues { decode in
            { bytes, context in
                let event = try Self.decoded { try decode(bytes) }
                try await body(event, context)
            }
        }
        defaultContentType = codecs.all.lazy.flatMap(\.contentTypes).first { decoders[$0] != nil }
        var logger = logger
        logger[metadataKey: "topic"] = "\(topic)"
        self.logger = logger
        let dimensions = [("service", service), ("topic", topic)]
        failures = Counter(label: "micro.events.failures", dimensions: dimensions)
        dropCounter = Counter(label: "micro.events.dropped", dimensions: dimensions)
    }

    /// Whether no codec knows the type of the event.
    var isMissingCodec: Bool { handlersByContentType.isEmpty }

    /// Handles what comes until the subscription has ended.
    func handle(_ subscription: Subscription, from broker: any Broker) async {
        let tracing = EventTracing(broker: broker.name)
        await subscription.handle(concurrency: concurrency) { delivery, error in
            report(delivery, error)
        } _: { delivery in
            if delivery.droppedBefore > 0 { reportDrops(delivery.droppedBefore) }
            try await tracing.handle(delivery, queue: queue) { try await handle(delivery) }
        }
    }

    private func handle(_ delivery: Delivery) async throws {
        let (headers, body) = (delivery.message.headers, delivery.message.body)
        let contentType = headers["Content-Type"].map(MediaType.essence(of:)) ?? defaultContentType ?? ""
        guard let run = handlersByContentType[contentType] else {
            let supportedTypes = handlersByContentType.keys.sorted().joined(separator: ", ")
            throw MicroError(
                .unsupported,
                "the event is \"\(contentType)\", and what subscribes to \(topic) reads \(supportedTypes)",
                origin: MicroError.Origin.server)
        }
        try await run(
            body,
            EventContext(topic: delivery.topic, headers: headers, attempt: delivery.attempt, logger: logger))
    }

    /// What a codec cannot read is no failure of the handler, whatever it throws.
    private static func decoded<Event>(_ decode: () throws -> Event) throws -> Event {
        do { return try decode() } catch {
            let text = (error as? MicroError)?.message ?? "the event is not a \(Event.self)"
            throw MicroError(.invalidArgument, text, origin: MicroError.Origin.server, cause: error)
        }
    }

    private func report(_ delivery: Delivery, _ error: any Error) {
        failures.increment()
        logger.error(
            "an event was not handled",
            metadata: [
                "event": "\(delivery.message.headers["Micro-Id"] ?? "-")", "attempt": "\(delivery.attempt)",
                "error": "\(error)",
            ])
    }

    private func reportDrops(_ count: Int) {
        dropCounter.increment(by: count)
        logger.warning("events were dropped: they came faster than they are handled", metadata: ["count": "\(count)"])
    }
}
