// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import MicroEtcd

extension HarnessDescription {
    /// The registry in etcd.
    static let etcd = HarnessDescription(
        .etcd,
        registry: { options in
            var configuration = EtcdConfiguration(configReader: options.configuration)
            if let address = options.address { configuration.address = address }
            let control = try await options.makeControl(of: "etcd", EtcdContainerBackend(configuration))
            return try await EtcdRegistryHarness(configuration, control: control)
        })
}
