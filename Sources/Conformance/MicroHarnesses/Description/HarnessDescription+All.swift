// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings

extension HarnessDescription {
    /// The harnesses of all adapters of this package.
    package static let all: [HarnessDescription] = [.consul, .etcd, .http, .kubernetes, .memory, .nats, .rabbitMQ]

    /// The description of the adapter with a name; nil if there is none.
    package static func named(_ name: String) -> HarnessDescription? { all.first { $0.adapter.name == name } }
}
