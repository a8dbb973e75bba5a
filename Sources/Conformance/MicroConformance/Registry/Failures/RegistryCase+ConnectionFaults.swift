// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    /// Faults of connections.
    static let connectionFaults = ConnectionFault.all.map { fault in
        RegistryCase(
            fault.registryID, .fault,
            "With \(fault.name), every operation meets its deadline, and the client recovers when the fault ends.",
            rationale: ConnectionFault.rationale, hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let scenario = FaultScenario(
                fault.registryFault, by: proxy, dropping: fault.resetsOpenConnections, fault.registryEffect,
                counting: { $0.clientReadCount })
            try await context.run(scenario)
        }
    }
}
