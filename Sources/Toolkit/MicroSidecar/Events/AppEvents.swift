// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MicroCore
import NIOCore
import NIOHTTP1
import Synchronization

/// The subscriptions of an app: those of the configuration, and those that the app declares each time it becomes healthy.
final class AppEvents: Sendable {
    private static let backoff = Backoff(base: .milliseconds(500), maxDelay: .seconds(10))
    private static let declarationTimeout = Duration.seconds(5)
    private static let maxSubscriptions = 256
    /// The maximum number of unsettled events of a subscription. All of them must be handled within the broker's timeout of
    /// acknowledgements, or they are delivered twice.
    private static let maxInFlight = 8

    private let app: SidecarApp
    private let client: AppClient
    private let broker: any Broker
    private let logger: Logger
    private let health = HealthGate()
    private let active = Mutex<Set<AppSubscription>>([])
    private let becameHealthy = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    init(app: SidecarApp, client: AppClient, broker: any Broker, logger: Logger) {
        self.app = app
        self.client = client
        self.broker = broker
        self.logger = logger
    }

    /// The topics of the subscriptions, sorted.
    var topics: [String] { active.withLock { $0.map(\.topic).sorted() } }

    /// Reports a change of the app's health.
    func setHealthy(_ isHealthy: Bool) {
        health.set(isHealthy)
        if isHealthy { becameHealthy.continuation.yield() }
    }

    /// Delivers events until the task is cancelled. The first subscriptions are made when the app becomes healthy.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for await _ in becameHealthy.stream {
                for subscription in app.subscriptions + (await declared()) {
                    guard active.withLock({ $0.insert(subscription).inserted }) else { continue }
                    group.addTask { await self.deliver(subscription) }
                }
            }
            group.cancelAll()
        }
    }

    /// Delivers the events of a subscription until the task is cancelled, or the broker refuses it.
    private func deliver(_ subscription: AppSubscription) async {
        defer { active.withLock { _ = $0.remove(subscription) } }
        do {
            repeat {
                try await health.wait()
                try await deliverOnce(subscription)
            } while isKept(subscription)
        } catch is CancellationError {
            // The sidecar stops.
        } catch {
            logger.error("subscription refused", metadata: ["topic": "\(subscription.topic)", "cause": "\(error)"])
        }
    }

    /// Whether the broker keeps the events while there is no subscriber, so that the sidecar need not hold them while the app is
    /// away.
    private func isKept(_ subscription: AppSubscription) -> Bool {
        !queue(of: subscription).isEmpty
            && broker.capabilities.features.isSuperset(of: [.acknowledgements, .durability])
    }

    private func queue(of subscription: AppSubscription) -> String { subscription.queue ?? app.name }

    /// Subscribes, and delivers events until the subscription ends; if the broker keeps the events, also until the app is not
    /// healthy.
    private func deliverOnce(_ subscription: AppSubscription) async throws {
        let deliveries = try await subscribe(subscription)
        logger.info("subscribed", metadata: ["topic": "\(subscription.topic)", "path": "\(subscription.path)"])
        let delivery = EventDelivery(
            subscription: subscription, client: client, broker: broker, health: health, logger: logger)
        guard isKept(subscription) else { return await delivery.run(deliveries) }
        try await withThrowingTaskGroup { group in
            group.addTask { await delivery.run(deliveries) }
            group.addTask { [health] in try await health.wait(untilOpen: false) }
            defer { group.cancelAll() }
            try await group.next()
            // Ended first, so that the broker does not deliver to it what the handler returns.
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

    /// The subscriptions that the app declares. An app without the path declares none.
    private func declared() async -> [AppSubscription] {
        guard let path = app.subscriptionsPath else { return [] }
        do {
            let response = try await client.send(.GET, path, deadline: .now + Self.declarationTimeout)
            guard response.status == 200 else { return [] }
            let subscriptions = try JSONDecoder().decode(
                [AppSubscription].self, from: Data(response.body.readableBytesView))
            for subscription in subscriptions { try subscription.validate() }
            return Array(subscriptions.prefix(Self.maxSubscriptions))
        } catch {
            logger.warning("the subscriptions of the app cannot be read", metadata: ["cause": "\(error)"])
            return []
        }
    }
}
