// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import ServiceLifecycle

/// The subscriptions of a running service.
struct EventSubscriptions: Sendable {
    let broker: any Broker
    let open: [(subscriber: EventSubscriber, subscription: Subscription)]

    /// Handles what comes until all subscriptions are drained, or the task is cancelled.
    ///
    /// - Throws: ``MicroError`` with `closed`: the broker was closed by somebody else.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (subscriber, subscription) in open {
                group.addTask {
                    await subscriber.handle(subscription, from: broker)
                    // Only a stop ends it. Whoever else does leaves a service that gets nothing.
                    guard Task.isCancelled || Task.isShuttingDownGracefully else {
                        throw MicroError(
                            .closed, "\(broker) delivers nothing from \(subscriber.topic) any more: was it closed?",
                            origin: MicroError.Origin.server)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Takes nothing new, and returns when everything that has come was handled, or at the deadline.
    func drain(deadline: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { group in
            for (_, subscription) in open { group.addTask { await subscription.drain(deadline: deadline) } }
        }
    }
}
