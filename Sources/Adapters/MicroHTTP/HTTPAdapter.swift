// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings
import Configuration
import MicroCore

extension AdapterDescription {
    /// The settings of TLS, which MicroTLS reads.
    private static let tlsSettings = ["micro.transport.cert", "micro.transport.key", "micro.transport.ca"]

    /// The transport and the broker, selected with `MICRO_TRANSPORT=http` and `MICRO_BROKER=http`.
    package static let http = AdapterDescription(
        name: "http",
        transport: { reader in
            if let key = tlsSettings.first(where: { reader.nonEmptyString(ConfigKey($0)) != nil }) {
                let variable = key.uppercased().replacing(".", with: "_")
                throw MicroError(
                    .invalidArgument,
                    "\(variable) is set, but TLS is not linked into this program: import MicroBackends and pass backends: "
                        + ".environment, or pass HTTPTransport(tls:) of MicroTLS",
                    origin: MicroError.Origin.transport)
            }
            return HTTPTransport()
        },
        broker: { try HTTPBroker(registry: $1, configuration: HTTPBrokerConfiguration(configReader: $0)) })
}
