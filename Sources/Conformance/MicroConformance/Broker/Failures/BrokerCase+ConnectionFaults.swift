// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    /// Faults of connections.
    static let connectionFaults = ConnectionFault.all.map { fault in
        BrokerCase(
            fault.brokerID, .fault,
            "With \(fault.name), every operation meets its deadline, and deliveries resume when the fault ends.",
            rationale: ConnectionFault.rationale, hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let scenario = FaultScenario(
                fault.brokerFault, by: proxy, dropping: fault.resetsOpenConnections, fault.brokerEffect,
                counting: { $0.connections })
            try await context.run(scenario)
        }
    }
}

extension BrokerTestContext {
    /// Runs a client that publishes and subscribes during a fault. Every publication must succeed, or fail with an expected
    /// error code before its deadline; the client must recover without intervention after the fault.
    fileprivate func run(_ scenario: FaultScenario) async throws {
        let client = try await makeClient {
            $0.addresses = [scenario.address]
            $0.timeout = scenario.timeout
        }
        let (outbound, inbound) = (topic("out"), topic("back"))
        let outboundRecorder = try await record(subscriber, topic: outbound, fastRedelivery)
        let inboundRecorder = try await record(client, topic: inbound, fastRedelivery)
        try await eventuallyDelivers(from: client, to: outboundRecorder, on: outbound)
        try await eventuallyDelivers(from: publisher, to: inboundRecorder, on: inbound)

        var confirmed: Set<String> = []
        var sent: [String] = []
        // Each publication may try to connect once.
        let budget = RequestBudget(perOperation: 1, perSecond: bounds.limits.maxConnectionAttemptsPerSecond)
        try await run(scenario, budget: budget) {
            let text = "during-\(sent.count)"
            sent.append(text)
            let error = try await attempt("publishing", within: scenario.timeout) {
                try await publish([text], to: outbound, by: client)
            }
            if error == nil { confirmed.insert(text) }
            try await publish([text], to: inbound)
            try expect(!inboundRecorder.hasEnded, "the subscription does not end during the fault")
            // Gives the fault time to take effect before all messages are sent.
            try await Task.sleep(for: .milliseconds(20))
            return [error]
        }

        try await eventuallyDelivers(from: client, to: outboundRecorder, on: outbound)
        try await eventuallyDelivers(from: publisher, to: inboundRecorder, on: inbound)
        if claims.contains("atLeastOnce") || scenario.mustSucceed {
            try await eventually(outboundRecorder, includes: confirmed, within: bounds.timeouts.recovery)
            try await eventually(inboundRecorder, includes: sent, within: bounds.timeouts.recovery)
        }
        let later = (0..<20).map { "after-\($0)" }
        try await publish(later, to: outbound, by: client)
        try await publish(later, to: inbound)
        for recorder in [outboundRecorder, inboundRecorder] {
            try await eventually(recorder, includes: later)
            if claims.contains("atMostOnce") {
                let texts = recorder.texts.withoutProbes
                try expect(Set(texts).count, is: texts.count, "the number of different messages")
            }
        }
        try await eventuallyHolds(atMost: bounds.limits.maxConnections, of: scenario)
    }
}
