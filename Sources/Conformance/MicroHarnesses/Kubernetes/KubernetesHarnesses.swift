// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import MicroKubernetes

extension HarnessDescription {
    /// The registry in Kubernetes.
    static let kubernetes = HarnessDescription(
        .kubernetes,
        registry: { options in
            let configuration = try KubernetesConfiguration(
                configReader: options.configuration, address: options.address)
            let control = try await options.makeControl(
                of: "kubernetes", KubernetesContainerBackend(KubernetesClient(configuration)))
            return try await KubernetesRegistryHarness(configuration, control: control)
        })
}
