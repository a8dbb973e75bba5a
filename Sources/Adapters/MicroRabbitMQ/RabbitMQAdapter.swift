// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings

extension AdapterDescription {
    /// The broker and the transport, selected with `MICRO_BROKER=rabbitmq` and `MICRO_TRANSPORT=rabbitmq`.
    package static let rabbitMQ = AdapterDescription(
        name: "rabbitmq",
        transport: { try RabbitMQTransport(configuration: RabbitMQConfiguration(transportConfigReader: $0)) },
        broker: { reader, _ in try RabbitMQBroker(configuration: RabbitMQConfiguration(configReader: reader)) })
}
