// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Configuration
import MicroNATS

extension HarnessDescription {
    /// The broker and the transport over NATS. `NATS_MONITORING_ADDRESS` is the address of the server's monitoring.
    static let nats = HarnessDescription(
        .nats,
        broker: { options in
            var configuration = try NATSConfiguration(configReader: options.configuration)
            if let address = options.address { configuration.address = address }
            let control = try await options.makeControl(
                of: "nats", NATSContainerBackend(monitoring: options.natsMonitoring ?? "127.0.0.1:8222"))
            return try await NATSBrokerHarness(
                configuration, delivery: options.delivery, control: control, monitoring: options.natsMonitoring)
        },
        transport: { options in
            try options.validateNoControl("no case of a transport controls a server")
            var configuration = NATSConfiguration(transportConfigReader: options.configuration)
            if let address = options.address { configuration.address = address }
            return try await NATSTransportHarness(configuration, monitoring: options.natsMonitoring)
        })
}

extension HarnessOptions {
    fileprivate var natsMonitoring: String? { configuration.nonEmptyString("nats.monitoring.address") }
}
