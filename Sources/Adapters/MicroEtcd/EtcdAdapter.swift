// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings

extension AdapterDescription {
    /// The registry, selected with `MICRO_REGISTRY=etcd`. Go Micro's plugin `etcdv3` stores its records under another
    /// prefix. `MICRO_REGISTRY=etcdv3` selects that prefix.
    package static let etcd = AdapterDescription(
        name: "etcd", aliases: ["etcdv3"],
        registry: { try EtcdRegistry(configuration: EtcdConfiguration(configReader: $0)) })
}
