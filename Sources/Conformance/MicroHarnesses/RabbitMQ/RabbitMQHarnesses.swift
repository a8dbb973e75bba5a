// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Configuration
import MicroCore
import MicroRabbitMQ

extension HarnessDescription {
    /// The broker and the transport over RabbitMQ.
    static let rabbitMQ = HarnessDescription(
        .rabbitMQ,
        broker: { options in
            var configuration = try RabbitMQConfiguration(configReader: options.configuration)
            if let address = options.address { configuration.address = address }
            if let text = options.queueType {
                guard let type = RabbitMQConfiguration.QueueType(rawValue: text) else {
                    throw MicroError(
                        .invalidArgument, "unknown queue type \(text): expected classic or quorum",
                        origin: "conformance")
                }
                configuration.queueType = type
            }
            let control = try await options.makeControl(of: "rabbitmq", try RabbitMQContainerBackend(configuration))
            return try await RabbitMQBrokerHarness(configuration, delivery: options.delivery, control: control)
        },
        transport: { options in
            try options.validateNoControl("no case of a transport controls a server")
            var configuration = RabbitMQConfiguration(transportConfigReader: options.configuration)
            if let address = options.address { configuration.address = address }
            return try await RabbitMQTransportHarness(configuration)
        })
}
