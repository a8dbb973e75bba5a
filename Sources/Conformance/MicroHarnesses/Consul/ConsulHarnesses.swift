// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import MicroConsul

extension HarnessDescription {
    /// The registry in Consul.
    static let consul = HarnessDescription(
        .consul,
        registry: { options in
            var configuration = ConsulConfiguration(configReader: options.configuration)
            if let address = options.address { configuration.address = address }
            let control = try await options.makeControl(of: "consul", ConsulContainerBackend(configuration))
            return try await ConsulRegistryHarness(configuration, control: control)
        })
}
