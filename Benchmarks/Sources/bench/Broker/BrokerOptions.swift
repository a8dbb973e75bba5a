// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import MicroMemory
import MicroNATS
import MicroRabbitMQ

/// The broker to measure, and its URL.
struct BrokerOptions: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case nats, rabbitmq, memory
    }

    enum Delivery: String, ExpressibleByArgument, CaseIterable {
        case atMostOnce = "at-most-once"
        case atLeastOnce = "at-least-once"
    }

    @Option(help: "The kind of broker; memory is limited to one process.")
    var broker = Kind.nats

    @Option(help: "The URL of the broker; not used with memory.")
    var address = "nats://127.0.0.1:4222"

    @Option(help: "The delivery guarantee.")
    var delivery = Delivery.atMostOnce

    @Option(help: "The maximum number of unsettled deliveries; RabbitMQ only.")
    var maxInFlight: Int?

    /// The topic of this run. JetStream keeps the messages of other runs.
    var topic: String { "bench.load-\(ProcessInfo.processInfo.processIdentifier)" }

    /// The name of the row in a table.
    var label: String {
        let name = broker == .memory ? "memory" : address.split(separator: ":").first.map(String.init) ?? ""
        return delivery == .atMostOnce ? name : "\(name)-confirmed"
    }

    /// Creates a client.
    func client() throws -> any Broker {
        switch broker {
        case .nats:
            var configuration = NATSConfiguration()
            configuration.address = address
            if delivery == .atLeastOnce {
                // A stream that only this run uses.
                let name = topic.replacing(".", with: "-")
                configuration.delivery = .atLeastOnce(stream: NATSStream(name: name, topics: [topic]))
            }
            return try NATSBroker(configuration: configuration)
        case .rabbitmq:
            var configuration = RabbitMQConfiguration()
            configuration.address = address
            // Senders that saturate the server wait longer for room than ordinary ones.
            configuration.timeout = .seconds(60)
            if delivery == .atLeastOnce {
                // The default exchange of at-most-once delivery is not durable.
                (configuration.delivery, configuration.exchange) = (.atLeastOnce, "bench")
                configuration.maxInFlight = maxInFlight ?? configuration.maxInFlight
                configuration.unusedQueueLifetime = .seconds(60)
            }
            return try RabbitMQBroker(configuration: configuration)
        case .memory: return MemoryBroker(delivery: delivery == .atMostOnce ? .atMostOnce : .atLeastOnce)
        }
    }
}
