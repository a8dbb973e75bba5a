// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Micro
import MicroConsul
import MicroEtcd
import MicroHTTP
import MicroMemory
import MicroNATS

extension Backends {
    /// All adapters of this package, to be selected by settings such as `MICRO_REGISTRY=consul`, `MICRO_BROKER=nats` and
    /// `MICRO_TRANSPORT=nats`.
    public static let environment = Backends([.memory, .http, .consul, .etcd, .nats], isComplete: true)
}
