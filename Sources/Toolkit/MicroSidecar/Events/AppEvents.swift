// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MicroCore
import MicroEdge
import NIOCore
import NIOHTTP1
import Synchronization

/// The subscriptions of an app: those of the configuration, and those that the app declares each time it becomes healthy,
/// which replace those that it declared before.
final class AppEvents: Sendable {
    private static let backoff = Backoff(base: .milliseconds(500), maxDelay: .seconds(10))
    private static let declarationTimeout = Duration.seconds(5)
    private static let maxSubscriptions = 256
    /// The maximum number of unsettled events of a subscription. All of them must be handled within the broker's
    /// acknowledgement timeout; otherwise they are delivered again.
    private static let maxInFlight = 8

    private let app: SidecarApp
    private let client: AppClient
    private let broker: any Broker
    private let logger: Logger
    private let health = HealthGate()
    /// The subscriptions, with promises whose resolution ends them.
    private let active = Mutex<[AppSubscription: Promise<Void>]>([:])
    private let becameHealthy = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    init(app: SidecarApp, client: AppClient, broker: any Broker, logger: Logger) {
        self.app = app
        self.client = client
        self.broker = broker
        self.logger = logger
    }

    /// The topics of the subscriptions, sorted.
    var topics: [String] { active.withLock { $0.keys.map(\.topic).sorted() } }

    /// Reports a change of the app's health.
    func setHealthy(_ isHealthy: Bool) {
        health.set(isHealthy)
        if isHealthy { becameHealthy.continuation.yield() }
    }

    /// Delivers events until the task is cancelled. The first subscriptions are made when the app becomes healthy.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await _ in becameHealthy.stream {
                start(app.subscriptions, in: &group)
                guard let declared = await declared() else { break }
                end(except: Set(app.subscriptions + declared))
                start(declared, in: &group)
            }
            group.cancelAll()
        }
    }

    /// Starts those of the subscriptions that are not active.
    private func start(_ subscriptions: [AppSubscription], in group: inout DiscardingTaskGroup) {
        for subscription in subscriptions {
            let end = Promise<Void>()
            let isNew = active.withLock { active in
                guard active[subscription] == nil else { return false }
                active[subscription] = end
                return true
            }
            if isNew { group.addTask { await self.deliver(subscription, until: end) } }
        }
    }

    /// Ends the subscriptions that are no longer declared.
    private func end(except declared: Set<AppSubscription>) {
        let ended = active.withLock { active in
            let ended = active.filter { !declared.contains($0.key) }
            for subscription in ended.keys { active[subscription] = nil }
            return ended
        }
        for (subscription, end) in ended {
            logger.info(
                "subscription ended", metadata: ["topic": "\(subscription.topic)", "path": "\(subscription.path)"])
            end.resolve()
        }
    }

    /// Delivers the events of a subscription until the task is cancelled, the promise is resolved, or the broker refuses the
    /// subscription.
    private func deliver(_ subscription: AppSubscription, until end: Promise<Void>) async {
        await withTaskGroup { group in
            group.addTask { await self.deliver(subscription) }
            // Throws only if the task is cancelled.
            group.addTask { try? await end.value() }
            await group.next()
            group.cancelAll()
        }
        active.withLock { if $0[subscription] === end { $0[subscription] = nil } }
    }

    private func deliver(_ subscription: AppSubscription) async {
        do {
            repeat {
                try await health.wait()
                try await deliverOnce(subscription)
            } while hasDurableQueue(subscription)
        } catch is CancellationError {
            // The sidecar stops, or the app no longer declares the subscription.
        } catch {
            logger.error("subscription refused", metadata: ["topic": "\(subscription.topic)", "cause": "\(error)"])
        }
    }

    /// Whether the broker stores events while there is no subscriber, so that the sidecar need not hold them while the app is
    /// unhealthy.
    private func hasDurableQueue(_ subscription: AppSubscription) -> Bool {
        !queue(of: subscription).isEmpty
            && broker.capabilities.features.isSuperset(of: [.acknowledgements, .durability])
    }

    private func queue(of subscription: AppSubscription) -> String { subscription.queue ?? app.name }

    /// Subscribes and delivers events until the subscription ends. If the broker stores events without a subscriber, it also ends
    /// when the app becomes unhealthy.
    private func deliverOnce(_ subscription: AppSubscription) async throws {
        let deliveries = try await subscribe(subscription)
        logger.info("subscribed", metadata: ["topic": "\(subscription.topic)", "path": "\(subscription.path)"])
        let delivery = EventDelivery(
            subscription: subscription, client: client, broker: broker, health: health, logger: logger)
        guard hasDurableQueue(subscription) else { return await delivery.run(deliveries) }
        try await withThrowingTaskGroup { group in
            group.addTask { await delivery.run(deliveries) }
            group.addTask { [health] in try await health.wait(untilOpen: false) }
            defer { group.cancelAll() }
            try await group.next()
            // Ended before the handler returns unhandled events, so that the broker does not deliver them to it again.
            await deliveries.cancel()
        }
    }

    /// Subscribes, with retries while the broker cannot be reached.
    private func subscribe(_ subscription: AppSubscription) async throws -> Subscription {
        var options = SubscribeOptions()
        if broker.capabilities.features.contains(.acknowledgements) { options.maxInFlight = Self.maxInFlight }
        let queue = queue(of: subscription)
        var failures = 0
        while true {
            do {
                return try await broker.subscribe(
                    to: subscription.topic, queue: queue.isEmpty ? nil : queue, options: options)
            } catch let error as MicroError where error.isTransient {
                logger.warning(
                    "subscription failed, retrying",
                    metadata: ["topic": "\(subscription.topic)", "cause": "\(error)"])
                try await Task.sleep(for: Self.backoff.delay(attempt: failures))
                failures += 1
            }
        }
    }

    /// Reads the subscriptions that the app declares, with retries while it responds with an error.
    ///
    /// - Returns: The valid ones, at most ``maxSubscriptions``; none if the app responds with 404; nil if the task is cancelled.
    private func declared() async -> [AppSubscription]? {
        guard let path = app.subscriptionsPath else { return [] }
        var failures = 0
        while !Task.isCancelled {
            do {
                try await health.wait()
                return try await read(path)
            } catch is CancellationError {
                return nil
            } catch {
                logger.warning("reading the app's subscriptions failed, retrying", metadata: ["cause": "\(error)"])
            }
            do { try await Task.sleep(for: Self.backoff.delay(attempt: failures)) } catch { return nil }
            failures += 1
        }
        return nil
    }

    private func read(_ path: String) async throws -> [AppSubscription] {
        let response = try await client.send(.GET, path, deadline: .now + Self.declarationTimeout)
        guard response.status != 404 else { return [] }
        guard response.status == 200 else {
            throw MicroError(
                .unavailable, "\(app.name) responded to \(path) with \(response.status)", origin: MicroError.Origin.edge
            )
        }
        let declared = try JSONDecoder().decode(
            [DeclaredSubscription].self, from: Data(response.body.readableBytesView))
        var subscriptions: [AppSubscription] = []
        for (index, declaration) in declared.enumerated() {
            switch declaration.result {
            case .success(let subscription): subscriptions.append(subscription)
            case .failure(let error):
                logger.warning(
                    "declared subscription skipped", metadata: ["index": "\(index)", "cause": "\(error)"])
            }
        }
        if subscriptions.count > Self.maxSubscriptions {
            logger.warning(
                "declared subscriptions skipped",
                metadata: [
                    "count": "\(subscriptions.count - Self.maxSubscriptions)", "limit": "\(Self.maxSubscriptions)",
                ])
        }
        return Array(subscriptions.prefix(Self.maxSubscriptions))
    }
}

/// One entry of the list that an app declares. An invalid one does not make the others invalid.
private struct DeclaredSubscription: Decodable {
    let result: Result<AppSubscription, any Error>

    init(from decoder: any Decoder) {
        result = Result {
            let subscription = try AppSubscription(from: decoder)
            try subscription.validate()
            return subscription
        }
    }
}
