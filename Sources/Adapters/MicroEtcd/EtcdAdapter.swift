// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings

extension AdapterDescription {
    /// The registry, selected with `MICRO_REGISTRY=etcd`.
    package static let etcd = AdapterDescription(
        name: "etcd",
        registry: { try EtcdRegistry(configuration: EtcdConfiguration(configReader: $0)) })
}
