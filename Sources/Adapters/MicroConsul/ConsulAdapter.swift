// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings

extension AdapterDescription {
    /// The registry, selected with `MICRO_REGISTRY=consul`.
    package static let consul = AdapterDescription(
        name: "consul",
        registry: { try ConsulRegistry(configuration: ConsulConfiguration(configReader: $0)) })
}
