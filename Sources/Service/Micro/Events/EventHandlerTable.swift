// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import Synchronization

/// The event handlers of a service.
final class EventHandlerTable: Sendable {
    private let service: ServerIdentity
    private struct State {
        var handlers: [EventHandler] = []
        var configurationError: MicroError?
        /// The subscriptions of the running service.
        var subscriptions: [WeakSubscription] = []
    }

    private struct WeakSubscription: Sendable {
        weak let subscription: Subscription?
    }

    private static let backoff = Backoff(base: .milliseconds(500), maxDelay: .seconds(10))

    private let state = Mutex(State())

    init(service: ServerIdentity) { self.service = service }

    /// Adds a handler. A configuration error is thrown by ``endpoints()``.
    func add<Event: Sendable>(
        _ topic: String, queue: String?, concurrency: Int, options: SubscribeOptions,
        _ body: @escaping @Sendable (Event, EventContext) async throws -> Void
    ) {
        let handler = EventHandler(
            topic, queue: queue, concurrency: concurrency, options: options, of: service, body: body)
        state.withLock { state in
            if !handler.hasCodec {
                state.configurationError = .invalidHandler(
                    "no codec of \(service.name) can decode \(Event.self) from \(topic): make it Codable")
            } else if concurrency < 1 {
                state.configurationError = .invalidHandler(
                    "the concurrency of the subscriber of \(topic) is \(concurrency): use 1 or more")
            }
            state.handlers.append(handler)
        }
    }

    /// The endpoints of all handlers, for the registry.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if a handler is not valid.
    func endpoints() throws -> [Endpoint] {
        try state.withLock { state in
            if let error = state.configurationError { throw error }
            return state.handlers.map(\.endpoint)
        }
    }

    /// The statistics of all subscriptions, sorted by topic.
    var summaries: [DebugEndpoints.SubscriptionSummary] {
        state.withLock(\.handlers).map { DebugEndpoints.SubscriptionSummary($0) }
            .sorted { ($0.topic, $0.queue ?? "") < ($1.topic, $1.queue ?? "") }
    }

    /// Why a subscription currently receives nothing; nil if no problem is known.
    var subscriptionProblem: MicroError? {
        state.withLock(\.subscriptions).lazy.compactMap { $0.subscription?.problem }.first
    }

    /// Makes all subscriptions; all are in effect on return. While the broker cannot be reached, retries until the
    /// deadline.
    func subscribe(to broker: any Broker, by deadline: ContinuousClock.Instant) async throws -> EventSubscriptions {
        let throttle = LogThrottle()
        var attempt = 0
        while true {
            do { return try await subscribe(to: broker) } catch let error as MicroError where error.isTransient {
                let delay = Self.backoff.delay(attempt: attempt)
                guard ContinuousClock.now + delay < deadline else { throw error }
                service.logger.warning(
                    "subscription failed, retrying", throttle: throttle,
                    metadata: ["broker": "\(broker)", "cause": "\(error)"])
                try await Task.sleep(for: delay)
                attempt += 1
            }
        }
    }

    /// Makes all subscriptions. If one fails, the others end.
    private func subscribe(to broker: any Broker) async throws -> EventSubscriptions {
        var open: [(EventHandler, Subscription)] = []
        for handler in state.withLock(\.handlers) {
            let subscription = try await broker.subscribe(
                to: handler.topic, queue: handler.queue, options: handler.options)
            open.append((handler, subscription))
        }
        state.withLock { $0.subscriptions = open.map { WeakSubscription(subscription: $0.1) } }
        return EventSubscriptions(broker: broker, open: open)
    }
}
