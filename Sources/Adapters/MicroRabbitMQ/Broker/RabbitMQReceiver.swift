// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Converts received messages to deliveries.
protocol RabbitMQReceiver: Sendable {
    /// Called on the thread of the connection, which it must not block.
    func receive(_ contents: [AMQPContent], on channel: RabbitMQChannel, _ source: Subscription.Source)

    /// Returns once every delivery is settled.
    func waitUntilSettled() async
}
