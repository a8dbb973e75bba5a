// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings

extension AdapterDescription {
    /// The registry, selected with `MICRO_REGISTRY=kubernetes`.
    package static let kubernetes = AdapterDescription(
        name: "kubernetes",
        registry: { try KubernetesRegistry(configuration: KubernetesConfiguration(configReader: $0)) })
}
