// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroConformance
import MicroHarnesses

/// `micro conformance broker`
struct ConformanceBrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker", abstract: "Runs the broker cases against a live backend.",
        discussion: """
            The exit status is 0 if every case that applies to the adapter passes, and 1 otherwise. \
            Each case uses topics of its own, with NATS at least once also a stream of its own, and removes what it has \
            written, so the backend may be in use.

            Credentials and certificates are read from the environment, as in a service: NATS_USER, NATS_PASSWORD, \
            NATS_TOKEN, NATS_CA, NATS_CERT, NATS_KEY. With NATS_MONITORING_ADDRESS, the HOST:PORT of the server's \
            monitoring, the cases count connections and subscriptions. RabbitMQ: RABBITMQ_USER, RABBITMQ_PASSWORD, \
            RABBITMQ_VHOST, RABBITMQ_CA, RABBITMQ_CERT, RABBITMQ_KEY.

            With --control the cases stop, kill, pause and wipe the backend. All its data is lost.
            """)

    @OptionGroup(title: "Settings") var settings: SettingsOptions

    @Option(help: "The delivery guarantee: at-most-once or at-least-once.")
    var delivery = DeliveryOption.atMostOnce

    @Option(
        help: """
            The type of the queues of RabbitMQ with at-least-once delivery: classic or quorum (RABBITMQ_QUEUE_TYPE).
            """)
    var queueType: QueueTypeOption?

    @OptionGroup var conformanceOptions: ConformanceOptions

    func validate() throws {
        try conformanceOptions.validate(.broker, settings.broker, address: settings.brokerAddress)
        guard queueType == nil || settings.broker == "rabbitmq" && delivery == .atLeastOnce else {
            throw ValidationError(
                "--queue-type needs --broker rabbitmq and --delivery at-least-once: other brokers have no types of queues."
            )
        }
    }

    func run() async throws {
        try await conformanceOptions.run(
            .broker, settings, address: settings.brokerAddress, delivery: delivery.guarantee,
            queueType: queueType?.rawValue
        ) {
            BrokerRunner($0, options: $1)
        }
    }
}
