// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings
import MicroHTTP

extension AdapterDescription {
    /// The adapter of MicroHTTP, whose transport has TLS if `MICRO_TRANSPORT_CERT`, `MICRO_TRANSPORT_KEY` or
    /// `MICRO_TRANSPORT_CA` is set.
    package static let httpWithTLS = AdapterDescription(
        name: AdapterDescription.http.name,
        transport: { reader in
            let tls = try HTTPTLSConfiguration(configReader: reader)
            return tls.hasNoFiles ? HTTPTransport() : try HTTPTransport(tls: tls)
        },
        broker: AdapterDescription.http.makeBroker)
}
