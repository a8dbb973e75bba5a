// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The subscriptions of one broker: what comes for them, and the heartbeats that keep them registered.
final class HTTPSubscribers: Sendable {
    private struct Content {
        /// Those that take messages, by the ID of their node.
        var open: [String: (topic: String, source: Subscription.Source)] = [:]
        /// Of those that take messages, and of those that are being deregistered.
        var heartbeats: [String: Task<Void, Never>] = [:]
        var isClosed = false
    }

    private let content = Mutex(Content())

    /// - Throws: ``MicroError`` with `closed`.
    func add(_ id: String, topic: String, _ source: Subscription.Source) throws {
        try content.withLock { content in
            guard !content.isClosed else { throw MicroError.brokerClosed }
            content.open[id] = (topic, source)
        }
    }

    /// Takes a message from a publisher.
    ///
    /// - Throws: ``MicroError``: nobody of the ID is here (see ``isNotSubscribed(_:)``), or what came is no message for it.
    func receive(_ request: TransportRequest) throws -> TransportResponse {
        guard let subscriber = content.withLock({ $0.open[request.service] }) else {
            throw MicroError(
                .notFound, "no subscriber \(NameRules.quoted(request.service)) is here",
                origin: MicroError.Origin.broker)
        }
        let message = try HTTPBrokerMessage.read(request.body, for: subscriber.topic)
        subscriber.source.yield(Delivery(topic: subscriber.topic, message: message))
        return TransportResponse(contentType: "")
    }

    /// Whether somebody answered that the subscriber has left: that is no failure.
    static func isNotSubscribed(_ error: MicroError) -> Bool {
        error.code == .notFound && error.origin == MicroError.Origin.broker
    }

    /// Registers a subscriber, and keeps it registered until it ends. What a registration that is cut off has left is
    /// removed behind the back of who waits for it.
    ///
    /// - Returns: The first registration. It is cancelled with the subscriber, and not by who waits for it.
    func maintainRegistration(
        _ id: String, _ registration: Registration, startingBy deadline: ContinuousClock.Instant
    ) -> Task<Void, any Error> {
        content.withLock { content in
            let start = Task { try await registration.start(within: deadline - .now) }
            let heartbeat = Task {
                let started = await withTaskCancellationHandler {
                    await start.result
                } onCancel: {
                    start.cancel()
                }
                if case .success = started { await registration.run() }
                self.content.withLock { $0.heartbeats[id] = nil }
            }
            content.heartbeats[id] = heartbeat
            // It may have ended meanwhile.
            if content.isClosed || content.open[id] == nil { heartbeat.cancel() }
            return start
        }
    }

    /// A subscription has ended, or begins to drain: takes nothing more for it, and deregisters it.
    func end(_ id: String) {
        let heartbeat = content.withLock { content in
            content.open[id] = nil
            return content.heartbeats[id]
        }
        heartbeat?.cancel()
    }

    /// Lets no more be added, deregisters all, and waits until no publisher knows them any more, until the deadline. They
    /// take what comes meanwhile.
    func deregister(deadline: ContinuousClock.Instant) async {
        let heartbeats = content.withLock { content in
            content.isClosed = true
            return Array(content.heartbeats.values)
        }
        guard !heartbeats.isEmpty else { return }
        for heartbeat in heartbeats { heartbeat.cancel() }
        let late = MicroError(.deadlineExceeded, "not deregistered in time", origin: MicroError.Origin.broker)
        // Each logs that it stays registered.
        try? await withCancellationShield(limit: deadline - .now, orThrow: late) {
            for heartbeat in heartbeats { await heartbeat.value }
            try await Task.sleep(for: HTTPSubscriberCache.cacheLifetime)
        }
    }

    /// Ends all once what they took has been handled, or at the deadline.
    func drain(deadline: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { group in
            for source in content.withLock({ $0.open.values.map(\.source) }) {
                group.addTask { await source.drain(deadline: deadline) }
            }
        }
    }
}
