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
            sides of each call are in this process, on free ports of this machine or on subjects of their own.

            Credentials and certificates of NATS are read from the environment, as in a service: NATS_USER, \
            NATS_PASSWORD, NATS_TOKEN, NATS_CA, NATS_CERT, NATS_KEY. With NATS_MONITORING_ADDRESS, the HOST:PORT of the \
            server's monitoring, the cases count connections and subscriptions.
            """)

    @Option(help: "The adapter: \(AdapterPart.transport.adapterNames.joined(separator: ", ")).")
    var transport: String

    @Option(
        help: """
            The address of the server between both sides, if the adapter needs one (default: MICRO_TRANSPORT_ADDRESS, or \
            the adapter's default).
            """)
    var transportAddress: String?

    @OptionGroup var conformanceOptions: ConformanceOptions

    func validate() throws { try conformanceOptions.validate(.transport, transport, address: transportAddress) }

    func run() async throws {
        try await conformanceOptions.run(.transport, transport, address: transportAddress) {
            TransportRunner($0, options: $1)
        }
    }
}
