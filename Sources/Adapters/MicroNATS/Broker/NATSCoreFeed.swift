// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// Fills a subscription with core NATS: at most once.
final class NATSCoreFeed: NATSFeed {
    let source: Subscription.Source
    private let connection: NATSConnectionManager
    private let subscription: NATSSubscription
    private let observerID = Mutex<UInt64?>(nil)

    init(
        _ source: Subscription.Source, topic: String, queue: String?, connection: NATSConnectionManager,
        format: NATSMessageFormat
    ) throws {
        self.source = source
        self.connection = connection
        subscription = try connection.subscribe(topic, queue: queue) { error in
            source.report(error)
        } receive: { [weak connection] messages in
            guard let connection else { return }
            source.yield(contentsOf: messages.map { Self.delivery($0, format, connection) })
        }
        let id = connection.addObserver { [weak self] event in self?.handle(event) }
        observerID.withLock { $0 = id }
    }

    func start(by deadline: ContinuousClock.Instant) async throws {
        try await connection.confirm(subscription, by: deadline)
    }

    func stopReceiving() { connection.stopDelivery(of: subscription) }

    func end() {
        if let id = observerID.withLock({ $0.take() }) { connection.removeObserver(id) }
        connection.unsubscribe(subscription)
    }

    /// Reports whether messages can arrive. After a reconnection, the subscription may still be refused.
    private func handle(_ event: NATSConnectionManager.Event) {
        switch event {
        case .connected: source.report(subscription.refusal)
        case .disconnected: source.report(connection.outage)
        case .publicationDenied: break
        }
    }

    private static func delivery(
        _ message: NATSMessage, _ format: NATSMessageFormat, _ connection: NATSConnectionManager
    ) -> Delivery {
        guard let inbox = message.reply else {
            return Delivery(topic: message.subject, message: format.decode(message))
        }
        return Delivery(
            topic: message.subject, message: format.decode(message),
            reply: { reply in
                let reply = try format.encode(reply, to: inbox, by: connection)
                try await connection.send { $0.appendPublish(reply, to: inbox) }
            })
    }
}
