// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration
import MicroConformance
import MicroCore
import MicroHarnesses

/// `micro conformance transport`
struct ConformanceTransportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transport", abstract: "Puts a transport adapter to the cases of the transport contract.",
        discussion: """
            The exit status is 0 if every case that the adapter claims passed, and 1 if not. Both sides of each call are \
            in this process: on free ports of this machine, or on subjects of their own.

            A user, a token and certificates of NATS come from the environment, as with a service: NATS_USER, \
            NATS_PASSWORD, NATS_TOKEN, NATS_CA, NATS_CERT, NATS_KEY. With NATS_MONITORING_ADDRESS, HOST:PORT of the \
            server's monitoring, the cases count what it holds.
            """)

    @Option(help: "The adapter: \(TransportHarnesses.names.joined(separator: ", ")).")
    var transport: String

    @Option(help: "Where the server is that it needs; MICRO_TRANSPORT_ADDRESS otherwise, else the adapter's default.")
    var transportAddress: String?

    @OptionGroup var conformanceOptions: ConformanceOptions

    func validate() throws { try conformanceOptions.validate("transport", named: transport, address: transportAddress) }

    func run() async throws {
        try await conformanceOptions.run { options in
            let harness = try await TransportHarnesses.make(
                transport, address: transportAddress, control: try conformanceOptions.controlSource(),
                configuration: ConfigReader(provider: EnvironmentVariablesProvider()))
            return TransportRunner(harness, options: options)
        }
    }
}
