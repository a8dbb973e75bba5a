// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
import NIOCore
import Synchronization
import TestSupport

/// Collects the deliveries of a subscription.
package final class DeliveryCollector: Sendable {
    private final class Shared: Sendable {
        let deliveries = Mutex<[Delivery]>([])
    }

    private let shared: Shared
    private let task: Task<Void, Never>

    /// Starts to read a subscription.
    ///
    /// - Parameter settle: Called with each delivery; acknowledges it by default.
    package init(
        _ subscription: Subscription, settle: @escaping @Sendable (Delivery) -> Void = { $0.acknowledge() }
    ) {
        let content = Shared()
        shared = content
        task = Task {
            for await delivery in subscription {
                content.deliveries.withLock { $0.append(delivery) }
                settle(delivery)
            }
        }
    }

    deinit { task.cancel() }

    /// The deliveries so far.
    package var deliveries: [Delivery] { shared.deliveries.withLock(\.self) }
    /// Their bodies as texts.
    package var texts: [String] { deliveries.map { String(buffer: $0.message.body) } }

    /// Waits until there are at least the given number of deliveries.
    package func waitForCount(_ count: Int, within bound: Duration = .seconds(20)) async -> Bool {
        await eventually(within: bound) { shared.deliveries.withLock(\.count) >= count }
    }
}
