// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Configuration
import MicroCore
import MicroHTTP

extension HarnessDescription {
    /// The broker over HTTP, whose backend is the registry that `MICRO_REGISTRY` selects, and the transport.
    static let http = HarnessDescription(
        .http,
        broker: { options in
            guard options.delivery == .atMostOnce else {
                throw MicroError(
                    .unsupported, "the HTTP broker delivers at most once: omit --delivery", origin: "conformance")
            }
            let registry = options.configuration.nonEmptyString("micro.registry") ?? "memory"
            return HTTPBrokerHarness(on: try await AdapterPart.registry.makeHarness(of: registry, options))
        },
        transport: { options in
            try options.validateNoControl("no case of a transport controls a server")
            return HTTPTransportHarness()
        })
}
