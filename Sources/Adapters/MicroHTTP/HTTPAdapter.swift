// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings

extension AdapterDescription {
    /// The transport and the broker, selected with `MICRO_TRANSPORT=http` and `MICRO_BROKER=http`.
    package static let http = AdapterDescription(
        name: "http",
        transport: { _ in HTTPTransport() },
        broker: { try HTTPBroker(registry: $1, configuration: HTTPBrokerConfiguration(configReader: $0)) })
}
