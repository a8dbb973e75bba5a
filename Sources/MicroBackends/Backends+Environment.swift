// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Micro
import MicroConsul
import MicroEtcd
import MicroNATS

extension Backends {
    /// All adapters of this toolkit, so that the environment decides: `MICRO_REGISTRY=consul`, `MICRO_BROKER=nats`,
    /// `MICRO_TRANSPORT=nats`.
    public static let environment: Backends = {
        var backends = Backends.builtIn
        backends.registries["consul"] = { try ConsulRegistry(configuration: ConsulConfiguration(configReader: $0)) }
        backends.registries["etcd"] = { try EtcdRegistry(configuration: EtcdConfiguration(configReader: $0)) }
        backends.brokers["nats"] = { reader, _ in
            try NATSBroker(configuration: NATSConfiguration(configReader: reader))
        }
        backends.transports["nats"] = {
            try NATSTransport(configuration: NATSConfiguration(transportConfigReader: $0))
        }
        return backends
    }()
}
