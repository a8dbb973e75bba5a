// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings

extension AdapterDescription {
    /// The registry, selected with `MICRO_REGISTRY=etcd`. Go Micro up to v1.7 has a plugin for it under the name `etcdv3`.
    package static let etcd = AdapterDescription(
        name: "etcd", aliases: ["etcdv3"],
        registry: { try EtcdRegistry(configuration: EtcdConfiguration(configReader: $0)) })
}
