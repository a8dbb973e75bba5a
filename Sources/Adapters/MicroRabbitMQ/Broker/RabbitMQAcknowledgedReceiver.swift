// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Delivers messages until they are acknowledged.
///
/// The server counts attempts differently in each version, and only quorum queues count them at all. So this toolkit counts
/// them: a message that was rejected, or not acknowledged in time, is published again with the number of attempts, before the
/// original is acknowledged.
final class RabbitMQAcknowledgedReceiver: RabbitMQReceiver {
    private let format: RabbitMQMessageFormat
    private let redelivery: RabbitMQRedelivery
    private let maxAttempts: Int
    private let timer: RabbitMQAcknowledgementTimer
    private let unsettled = DrainTracker()

    init(
        _ format: RabbitMQMessageFormat, _ redelivery: RabbitMQRedelivery, maxAttempts: Int,
        acknowledgementTimeout: Duration
    ) {
        self.format = format
        self.redelivery = redelivery
        self.maxAttempts = maxAttempts
        timer = RabbitMQAcknowledgementTimer(timeout: acknowledgementTimeout)
    }

    func receive(_ contents: [AMQPContent], on channel: RabbitMQChannel, _ source: Subscription.Source) {
        var (items, deliveries): ([RabbitMQUnsettledDelivery], [Delivery]) = ([], [])
        for content in contents {
            guard case .deliver(let deliver) = content.method, unsettled.begin() else { continue }
            let attempt = Self.attempt(of: content, deliver)
            let item = RabbitMQUnsettledDelivery(
                content, deliver, attempt: attempt, on: channel, redelivery, isLastAttempt: attempt >= maxAttempts,
                timer, onSettled: unsettled.end)
            if attempt > maxAttempts {
                item.settle(.rejected(after: nil))
            } else {
                items.append(item)
                deliveries.append(
                    Delivery(
                        topic: content.topic, message: format.decode(content), attempt: attempt, settle: item.settle))
            }
        }
        guard !deliveries.isEmpty else { return }
        timer.add(items)
        source.yield(contentsOf: deliveries)
    }

    func waitUntilSettled() async { await unsettled.waitUntilIdle() }

    /// The number of the attempt. A quorum queue counts redeliveries after a lost connection; a classic queue only says that
    /// there was one.
    private static func attempt(of content: AMQPContent, _ deliver: AMQPMethod.Deliver) -> Int {
        let earlier = content.redelivery?.attempts ?? 0
        guard deliver.isRedelivered else { return earlier + 1 }
        let headers = content.properties.headers
        for name in ["x-acquired-count", "x-delivery-count"] {
            if case .integer(let count)? = headers[name], (1...1_000_000).contains(count) {
                return earlier + 1 + Int(count)
            }
        }
        return earlier + 2
    }
}
