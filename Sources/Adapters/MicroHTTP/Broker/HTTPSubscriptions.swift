// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The subscriptions of a broker, and the heartbeats that keep them registered.
final class HTTPSubscriptions: Sendable {
    private struct State {
        /// The open subscriptions by node ID.
        var subscriptionsByID: [String: (topic: String, source: Subscription.Source)] = [:]
        /// The heartbeats of open subscriptions, and of those that are being deregistered.
        var heartbeats: [String: Task<Void, Never>] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// - Throws: ``/MicroCore/MicroError`` with `closed`.
    func add(_ id: String, topic: String, _ source: Subscription.Source) throws {
        try state.withLock { state in
            guard !state.isClosed else { throw MicroError.brokerClosed }
            state.subscriptionsByID[id] = (topic, source)
        }
    }

    /// Handles a message from a publisher.
    ///
    /// - Throws: ``/MicroCore/MicroError`` if there is no subscription with the ID (see ``isNotSubscribed(_:)``), or the request
    ///   is not a message for it.
    func receive(_ request: TransportRequest) throws -> TransportResponse {
        let id = HTTPSubscriberLayout.subscriberID(ofNode: request.service)
        guard let subscriber = state.withLock({ $0.subscriptionsByID[id] }) else {
            throw MicroError(
                .notFound, "there is no subscriber \(NameRules.quoted(request.service)) at this address",
                origin: MicroError.Origin.broker)
        }
        let message = try HTTPBrokerMessage.read(request, for: subscriber.topic)
        subscriber.source.yield(Delivery(topic: subscriber.topic, message: message))
        return TransportResponse(contentType: "")
    }

    /// Whether the error reports that the subscriber has left, or that its listener is stopping, which it does after the
    /// deregistration of its subscribers. Neither is a failure.
    static func isNotSubscribed(_ error: MicroError) -> Bool {
        (error.code == .notFound && error.origin == MicroError.Origin.broker)
            || (error.code == .unavailable && error.origin == MicroError.Origin.server)
    }

    /// Registers a subscriber, and keeps it registered until it ends. If the first registration is cancelled, anything
    /// it has stored is removed in the background.
    ///
    /// - Returns: The first registration. Ending the subscription cancels it; cancelling a task that waits for it does
    ///   not.
    func maintainRegistration(
        _ id: String, _ registration: Registration, startingBy deadline: ContinuousClock.Instant
    ) -> Task<Void, any Error> {
        state.withLock { state in
            let start = Task { try await registration.start(within: deadline - .now) }
            let heartbeat = Task {
                let started = await withTaskCancellationHandler {
                    await start.result
                } onCancel: {
                    start.cancel()
                }
                if case .success = started { await registration.run() }
                self.state.withLock { $0.heartbeats[id] = nil }
            }
            state.heartbeats[id] = heartbeat
            // The subscription may have ended since it was added.
            if state.isClosed || state.subscriptionsByID[id] == nil { heartbeat.cancel() }
            return start
        }
    }

    /// Rejects further messages for a subscription that has ended or begins to drain, and deregisters it.
    func end(_ id: String) {
        let heartbeat = state.withLock { state in
            state.subscriptionsByID[id] = nil
            return state.heartbeats[id]
        }
        heartbeat?.cancel()
    }

    /// Rejects new subscriptions, deregisters all, and waits until publishers no longer use them, at most until the
    /// deadline. Until then, they accept messages.
    func deregister(deadline: ContinuousClock.Instant) async {
        let heartbeats = state.withLock { state in
            state.isClosed = true
            return Array(state.heartbeats.values)
        }
        guard !heartbeats.isEmpty else { return }
        for heartbeat in heartbeats { heartbeat.cancel() }
        let timeoutError = MicroError(.deadlineExceeded, "not deregistered in time", origin: MicroError.Origin.broker)
        // The error is ignored: each registration logs a failed removal.
        try? await withCancellationShield(limit: deadline - .now, orThrow: timeoutError) {
            for heartbeat in heartbeats { await heartbeat.value }
            try await Task.sleep(for: HTTPSubscriberCache.cacheLifetime)
        }
    }

    /// Ends all subscriptions when their messages have been handled, or at the deadline.
    func drain(deadline: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { group in
            for source in state.withLock({ $0.subscriptionsByID.values.map(\.source) }) {
                group.addTask { await source.drain(deadline: deadline) }
            }
        }
    }
}
