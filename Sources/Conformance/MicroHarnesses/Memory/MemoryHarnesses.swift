// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import MicroMemory

extension HarnessDescription {
    /// The in-memory registry, broker and transport. Their harnesses control the backend themselves.
    static let memory = HarnessDescription(
        .memory, isInProcess: true,
        registry: { options in
            try options.validateNoControl("the memory registry has its own control")
            return MemoryRegistryHarness()
        },
        broker: { options in
            try options.validateNoControl("the memory broker has its own control")
            return MemoryBrokerHarness(options.delivery)
        },
        transport: { options in
            try options.validateNoControl("no case of a transport controls a server")
            return MemoryTransportHarness()
        })
}
