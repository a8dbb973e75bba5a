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
            monitoring, the cases count connections and subscriptions.

            With --control the cases stop, kill, pause and wipe the backend. All its data is lost.
            """)

    @Option(help: "The adapter: \(AdapterPart.broker.adapterNames.joined(separator: ", ")).")
    var broker: String

    @Option(help: "The address of the backend (default: MICRO_BROKER_ADDRESS, or the adapter's default).")
    var brokerAddress: String?

    @Option(help: "The delivery guarantee: at-most-once or at-least-once.")
    var delivery = DeliveryOption.atMostOnce

    @OptionGroup var conformanceOptions: ConformanceOptions

    func validate() throws { try conformanceOptions.validate(.broker, broker, address: brokerAddress) }

    func run() async throws {
        try await conformanceOptions.run(.broker, broker, address: brokerAddress, delivery: delivery.guarantee) {
            BrokerRunner($0, options: $1)
        }
    }
}
