// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Rejects deliveries that are not settled within the acknowledgement timeout. The timeout is the same for all deliveries of a
/// subscription, so one scheduled action suffices.
final class RabbitMQAcknowledgementTimer: Sendable {
    private struct Entry {
        let delivery: RabbitMQUnsettledDelivery
        let deadline: ContinuousClock.Instant
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var isScheduled = false
    }

    private let timeout: Duration
    private let state = Mutex(State())

    /// - Parameter timeout: How long a delivery may stay unsettled.
    init(timeout: Duration) { self.timeout = timeout }

    /// Adds deliveries, which ``remove(_:)`` has to remove when they are settled.
    func add(_ deliveries: [RabbitMQUnsettledDelivery]) {
        let deadline = ContinuousClock.now + timeout
        let isFirst = state.withLock { state in
            for delivery in deliveries {
                state.entries[ObjectIdentifier(delivery)] = Entry(delivery: delivery, deadline: deadline)
            }
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { schedule(at: deadline) }
    }

    func remove(_ delivery: RabbitMQUnsettledDelivery) {
        // The delivery is released outside the lock.
        _ = state.withLock { $0.entries.removeValue(forKey: ObjectIdentifier(delivery)) }
    }

    private func schedule(at deadline: ContinuousClock.Instant) {
        _ = DeadlineQueue.shared.schedule(at: deadline) { self.expire() }
    }

    /// Rejects the expired deliveries, and schedules the next expiry.
    private func expire() {
        let now = ContinuousClock.now
        let (expired, next) = state.withLock { state in
            let expired = state.entries.values.filter { $0.deadline <= now }.map(\.delivery)
            for delivery in expired { state.entries[ObjectIdentifier(delivery)] = nil }
            let next = state.entries.values.map(\.deadline).min()
            state.isScheduled = next != nil
            return (expired, next)
        }
        for delivery in expired { delivery.settle(.rejected(after: nil)) }
        if let next { schedule(at: next) }
    }
}
