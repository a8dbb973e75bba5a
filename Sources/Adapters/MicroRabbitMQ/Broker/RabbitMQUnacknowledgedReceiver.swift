// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Delivers messages at most once.
struct RabbitMQUnacknowledgedReceiver: RabbitMQReceiver {
    let format: RabbitMQMessageFormat
    let publisher: RabbitMQPublisher
    let timeout: Duration

    func receive(_ contents: [AMQPContent], on channel: RabbitMQChannel, _ source: Subscription.Source) {
        source.yield(contentsOf: contents.map(delivery))
    }

    func waitUntilSettled() async {}

    private func delivery(_ content: AMQPContent) -> Delivery {
        guard let replyTo = content.properties.replyTo, !replyTo.isEmpty else {
            return Delivery(topic: content.topic, message: format.decode(content))
        }
        let correlationID = content.properties.correlationID
        return Delivery(
            topic: content.topic, message: format.decode(content),
            reply: { reply in
                var properties = try format.properties(
                    of: reply, to: replyTo, maxFrameSize: publisher.maxFrameSize)
                properties.correlationID = correlationID
                // The exchange with the empty name routes to the queue of the requester.
                let publication = AMQPPublication(
                    exchange: "", routingKey: replyTo, properties: properties, body: reply.body)
                try await publisher.publish(publication, by: .now + timeout)
            })
    }
}
