// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryTestContext {
    /// Runs a client with a watch during a fault: every operation must end in time, with correct data or with an error
    /// of the expected codes, and the client must recover automatically when the fault ends.
    ///
    /// - Parameter recoveryTimeout: The time limit of the recovery; by default, the limit in the bounds.
    func run(_ scenario: FaultScenario, recoveryTimeout: Duration? = nil) async throws {
        let recoveryTimeout = recoveryTimeout ?? bounds.timeouts.recovery
        let client = try await makeClient {
            $0.addresses = [scenario.address]
            $0.timeout = scenario.timeout
        }
        let own = record(node: "own", port: 7)
        try await register(record())
        try await client.register(own, timeToLive: .seconds(60))
        let recorder = record(try client.watch("svc"))
        let known = [record(), own].flatMap(\.nodes).map(\.id)
        try await eventually("the watch sees both nodes", within: bounds.timeouts.recovery) {
            recorder.nodes().count == 2
        }

        let newer = record(node: "newer", port: 9)
        // An operation may need two requests, and may need to authenticate first.
        let budget = RequestBudget(perOperation: 3, perSecond: bounds.limits.maxRequestsPerSecond)
        try await run(scenario, budget: budget) {
            try await register(newer)
        } _: {
            let lookup = try await attempt("the lookup", within: scenario.timeout) {
                let nodes = try await client.lookUp("svc").flatMap(\.nodes).map(\.id)
                try expect(
                    known.allSatisfy(nodes.contains), "a lookup returns all nodes or fails; it returned \(nodes)")
            }
            let registration = try await attempt("the registration", within: scenario.timeout) {
                try await client.register(own, timeToLive: .seconds(60))
            }
            try expect(!recorder.hasEnded, "the watch does not end during the fault")
            try expect(
                recorder.states.allSatisfy { !$0["svc"].isEmpty || $0.isUnknown },
                "no state of the watch is empty because of the fault")
            return [lookup, registration]
        }

        let current = try await Self.sorted(reader.lookUp("svc"))
        try await eventually("a lookup equals that of another client", within: recoveryTimeout) {
            do { return try await Self.sorted(client.lookUp("svc")) == current } catch is MicroError { return false }
        }
        try await eventually(recorder, sees: current, within: recoveryTimeout)
        try await eventuallyHolds(atMost: bounds.limits.maxConnections, of: scenario)
        try await client.deregister(own)
        try await writer.deregister(newer)
        try await eventually(recorder, sees: [record()], within: bounds.timeouts.recovery)
    }
}
