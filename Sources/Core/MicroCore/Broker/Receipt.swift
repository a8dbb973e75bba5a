// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Settles a delivery once, and reports to its inbox that it is no longer in flight.
final class Receipt: Sendable {
    private let onSettle: @Sendable (Delivery.Settlement) -> Void
    private let isSettled = Atomic(false)
    /// The inbox that handed out the delivery; nil before and after it is in flight.
    private let inbox = Mutex<DeliveryInbox?>(nil)

    init(_ onSettle: @escaping @Sendable (Delivery.Settlement) -> Void) { self.onSettle = onSettle }

    /// A delivery that was released unsettled is delivered again after its acknowledgement timeout. It does not stay in
    /// flight until then.
    deinit { inbox.withLock(\.self)?.didSettleDelivery() }

    func markDelivered(from inbox: DeliveryInbox) { self.inbox.withLock { $0 = inbox } }

    /// Records that the delivery was put back into the inbox unread.
    func markUndelivered() { inbox.withLock { $0 = nil } }

    func settle(_ settlement: Delivery.Settlement) {
        guard !isSettled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        onSettle(settlement)
        inbox.withLock { $0.take() }?.didSettleDelivery()
    }
}
