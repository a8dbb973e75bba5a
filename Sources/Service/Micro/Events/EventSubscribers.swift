// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import Synchronization

/// All handlers of events that a service has.
final class EventSubscribers: Sendable {
    private let service: String
    private let codecs: Codecs
    private let logger: Logger
    private let content = Mutex<(all: [EventSubscriber], problem: MicroError?)>(([], nil))

    init(service: String, codecs: Codecs, logger: Logger) {
        self.service = service
        self.codecs = codecs
        self.logger = logger
    }

    func add<Event: Sendable>(
        _ topic: String, queue: String?, concurrency: Int, options: SubscribeOptions,
        _ handler: @escaping @Sendable (Event, EventContext) async throws -> Void
    ) {
        let subscriber = EventSubscriber(
            topic, queue: queue, concurrency: concurrency, options: options, service: service, codecs: codecs,
            logger: logger, body: handler)
        content.withLock { content in
            if subscriber.isMissingCodec {
                content.problem = Self.invalid(
                    "no codec of \(service) can read \(Event.self) from \(topic): make it Codable")
            } else if concurrency < 1 {
                content.problem = Self.invalid("what subscribes to \(topic) has to handle at least one at a time")
            }
            content.all.append(subscriber)
        }
    }

    /// The endpoints, as they go into the registry.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` when one of them cannot work.
    func endpoints() throws -> [Endpoint] {
        try content.withLock { content in
            if let problem = content.problem { throw problem }
            return content.all.map(\.endpoint)
        }
    }

    /// Subscribes to everything; all of it is in effect on return. If one fails, the others end.
    func open(on broker: any Broker) async throws -> EventSubscriptions {
        var open: [(EventSubscriber, Subscription)] = []
        for subscriber in content.withLock(\.all) {
            let subscription = try await broker.subscribe(
                to: subscriber.topic, queue: subscriber.queue, options: subscriber.options)
            open.append((subscriber, subscription))
        }
        return EventSubscriptions(broker: broker, open: open)
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.server)
    }
}
