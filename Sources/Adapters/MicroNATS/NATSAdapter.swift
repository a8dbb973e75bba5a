// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings

extension AdapterDescription {
    /// The broker and the transport, selected with `MICRO_BROKER=nats` and `MICRO_TRANSPORT=nats`.
    package static let nats = AdapterDescription(
        name: "nats",
        transport: { try NATSTransport(configuration: NATSConfiguration(transportConfigReader: $0)) },
        broker: { reader, _ in try NATSBroker(configuration: NATSConfiguration(configReader: reader)) })
}
