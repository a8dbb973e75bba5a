// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A message that was delivered and is neither acknowledged nor returned.
final class RabbitMQUnsettledDelivery: Sendable {
    private static let requeueDelays = Duration.milliseconds(500)...Duration.seconds(30)

    private let content: AMQPContent
    private let deliveryTag: UInt64
    private let attempt: Int
    private let channel: RabbitMQChannel
    private let redelivery: RabbitMQRedelivery
    private let isLastAttempt: Bool
    private let onSettled: @Sendable () -> Void
    private let isSettled = Atomic(false)
    private let timer: RabbitMQAcknowledgementTimer

    init(
        _ content: AMQPContent, _ deliver: AMQPMethod.Deliver, attempt: Int, on channel: RabbitMQChannel,
        _ redelivery: RabbitMQRedelivery, isLastAttempt: Bool, _ timer: RabbitMQAcknowledgementTimer,
        onSettled: @escaping @Sendable () -> Void
    ) {
        self.content = content
        deliveryTag = deliver.deliveryTag
        self.attempt = attempt
        self.channel = channel
        self.redelivery = redelivery
        self.isLastAttempt = isLastAttempt
        self.timer = timer
        self.onSettled = onSettled
    }

    /// Settles the delivery, unless it is settled already. After the channel has ended, the server delivers the message again
    /// in any case.
    func settle(_ settlement: Delivery.Settlement) {
        guard !isSettled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        timer.remove(self)
        switch settlement {
        case .acknowledged: channel.acknowledge(deliveryTag)
        case .returned: channel.requeue(deliveryTag)
        case .rejected(let delay):
            if channel.isOpen, redelivery.run({ await self.publishAgain(after: delay) }) { return }
            channel.requeue(deliveryTag)
        }
        onSettled()
    }

    private func publishAgain(after delay: Duration?) async {
        let isDone = await redelivery.perform(
            content, attempt: attempt, after: delay, isLastAttempt: isLastAttempt)
        if isDone { channel.acknowledge(deliveryTag) } else { requeue(after: delay ?? .zero) }
        onSettled()
    }

    /// Returns the message to its queue after a pause, because the server delivers it again at once, and publishing it may fail
    /// again at once. If the channel ends meanwhile, the server returns it.
    private func requeue(after delay: Duration) {
        let pause = min(max(delay, Self.requeueDelays.lowerBound), Self.requeueDelays.upperBound)
        _ = DeadlineQueue.shared.schedule(at: .now + pause) { [channel, deliveryTag] in channel.requeue(deliveryTag) }
    }
}
