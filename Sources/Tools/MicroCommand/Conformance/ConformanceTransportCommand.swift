// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroConformance
import MicroHarnesses

/// `micro conformance transport`
struct ConformanceTransportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transport", abstract: "Runs the transport cases against a live backend.",
        discussion: """
            The exit status is 0 if every case that applies to the adapter passes, and 1 otherwise. Both \
            sides of each call are in this process, on free ports of this machine, or on subjects or queues of their own.

            Credentials and certificates are read from the environment, as in a service: NATS_USER, \
            NATS_PASSWORD, NATS_TOKEN, NATS_CA, NATS_CERT, NATS_KEY. With NATS_MONITORING_ADDRESS, the HOST:PORT of the \
            server's monitoring, the cases count connections and subscriptions. RabbitMQ: RABBITMQ_USER, RABBITMQ_PASSWORD, \
            RABBITMQ_VHOST, RABBITMQ_CA, RABBITMQ_CERT, RABBITMQ_KEY.
            """)

    @OptionGroup(title: "Settings") var settings: SettingsOptions

    @OptionGroup var conformanceOptions: ConformanceOptions

    func validate() throws {
        try conformanceOptions.validate(.transport, settings.transport, address: settings.transportAddress)
    }

    func run() async throws {
        try await conformanceOptions.run(.transport, settings, address: settings.transportAddress) {
            TransportRunner($0, options: $1)
        }
    }
}
