// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import AdapterSettings
import Configuration

extension AdapterDescription {
    /// The in-process registry, transport and broker, selected with `memory`.
    package static let memory = AdapterDescription(
        name: "memory",
        registry: { try MemoryRegistry(namespace: $0.nonEmptyString("micro.registry.namespace") ?? "") },
        transport: { _ in MemoryTransport() },
        broker: { _, _ in MemoryBroker() })
}
