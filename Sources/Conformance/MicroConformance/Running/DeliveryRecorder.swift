// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import NIOCore
import Synchronization

/// Keeps every delivery of a subscription.
public final class DeliveryRecorder: Sendable {
    private struct Content {
        var deliveries: [Delivery] = []
        var hasEnded = false
    }

    /// Apart from the recorder, so that the task that fills it does not keep the recorder alive.
    private final class Storage: Sendable {
        let content = Mutex(Content())
    }

    private let storage = Storage()
    private let task: Task<Void, Never>

    /// The subscription that it reads.
    public let subscription: Subscription

    /// - Parameter handle: Called for each delivery, after it was kept and before the next one is asked for.
    init(_ subscription: Subscription, _ handle: @escaping @Sendable (Delivery) async -> Void) {
        self.subscription = subscription
        task = Task { [storage] in
            for await delivery in subscription {
                storage.content.withLock { $0.deliveries.append(delivery) }
                await handle(delivery)
            }
            storage.content.withLock { $0.hasEnded = true }
        }
    }

    deinit { task.cancel() }

    /// All deliveries so far.
    public var deliveries: [Delivery] { storage.content.withLock(\.deliveries) }

    /// How many there are so far.
    public var count: Int { storage.content.withLock(\.deliveries.count) }

    /// The bodies so far.
    public var texts: [String] { deliveries.map(\.text) }

    /// Whether the subscription has ended for it.
    public var hasEnded: Bool { storage.content.withLock(\.hasEnded) }

    /// Cancels the task that reads, not the subscription, and waits for its end.
    func stop() async {
        task.cancel()
        await task.value
    }
}

extension Delivery {
    /// The body as a text.
    var text: String { String(buffer: message.body) }
}
