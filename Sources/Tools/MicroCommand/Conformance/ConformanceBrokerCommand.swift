// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration
import MicroConformance
import MicroCore
import MicroHarnesses

/// `micro conformance broker`
struct ConformanceBrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker", abstract: "Puts a broker adapter to the cases of the broker contract.",
        discussion: """
            The exit status is 0 if every case that the adapter claims passed, and 1 if not. Each case works on topics \
            of its own, and in a stream of its own where NATS delivers at least once, and cleans up after itself: the \
            backend may be in use.

            A user, a token and certificates come from the environment, as with a service: NATS_USER, NATS_PASSWORD, \
            NATS_TOKEN, NATS_CA, NATS_CERT, NATS_KEY. With NATS_MONITORING_ADDRESS, HOST:PORT of the server's \
            monitoring, the cases count what it holds.

            With --control the cases stop, kill, halt and wipe the backend: everything in it is lost.
            """)

    @Option(help: "The adapter: \(BrokerHarnesses.names.joined(separator: ", ")).")
    var broker: String

    @Option(help: "Where its backend is; MICRO_BROKER_ADDRESS otherwise, else the adapter's default.")
    var brokerAddress: String?

    @Option(help: "The delivery class: at-most-once or at-least-once.")
    var delivery = DeliveryOption.atMostOnce

    @OptionGroup var conformanceOptions: ConformanceOptions

    func validate() throws { try conformanceOptions.validate("broker", named: broker, address: brokerAddress) }

    func run() async throws {
        try await conformanceOptions.run { options in
            let harness = try await BrokerHarnesses.make(
                broker, delivery: delivery.deliveryClass, address: brokerAddress,
                control: try conformanceOptions.controlSource(),
                configuration: ConfigReader(provider: EnvironmentVariablesProvider()))
            return BrokerRunner(harness, options: options)
        }
    }
}

/// A delivery class as it is written in an option.
enum DeliveryOption: String, ExpressibleByArgument, CaseIterable {
    case atMostOnce = "at-most-once"
    case atLeastOnce = "at-least-once"

    var deliveryClass: DeliveryGuarantee {
        switch self {
        case .atMostOnce: .atMostOnce
        case .atLeastOnce: .atLeastOnce
        }
    }
}
