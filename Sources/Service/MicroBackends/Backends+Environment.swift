// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Micro
import MicroConsul
import MicroEtcd
import MicroKubernetes
import MicroMemory
import MicroNATS
import MicroRabbitMQ
import MicroTLS

extension Backends {
    /// All adapters of this package, to be selected by settings such as `MICRO_REGISTRY=consul`, `MICRO_BROKER=nats` and
    /// `MICRO_TRANSPORT=rabbitmq`.
    public static let environment = Backends(
        [.memory, .httpWithTLS, .consul, .etcd, .kubernetes, .nats, .rabbitMQ], isComplete: true)
}
