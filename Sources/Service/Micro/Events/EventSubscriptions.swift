// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import ServiceLifecycle

/// The open subscriptions of a running service.
struct EventSubscriptions: Sendable {
    let broker: any Broker
    let open: [(handler: EventHandler, subscription: Subscription)]

    /// Handles events until all subscriptions are drained, or the task is cancelled.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `closed` if the broker was closed in the meantime.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (handler, subscription) in open {
                group.addTask {
                    await handler.handle(subscription, from: broker)
                    // If a subscription ends for any reason other than a shutdown, the service receives no more events.
                    guard Task.isCancelled || Task.isShuttingDownGracefully else {
                        throw MicroError(
                            .closed, "the subscription to \(handler.topic) of \(broker) ended: was the broker closed?",
                            origin: MicroError.Origin.server)
                    }
                }
            }
            // The first error ends the other tasks; `waitForAll()` would wait for them.
            while try await group.next() != nil {}
        }
    }

    /// Stops taking new events, and returns when all received events were handled, or at the deadline.
    func drain(deadline: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { group in
            for (_, subscription) in open { group.addTask { await subscription.drain(deadline: deadline) } }
        }
    }
}
