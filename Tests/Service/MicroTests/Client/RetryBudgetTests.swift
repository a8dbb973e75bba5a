// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroMemory
import ServiceLifecycle
import TestServers
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct RetryBudgetTests {
    /// In an outage every attempt fails and is retryable (T44).
    @Test func retryBudgetLimitsLoadDuringOutage() async throws {
        let (fixture, retries) = (ServiceFixture(), Counter())
        let nodes = (1...3).map { (port: Int) in Node(id: "dead\(port)", address: "127.0.0.1", port: port) }
        try await fixture.registry.register(ServiceRecord(name: "svc", nodes: nodes), timeToLive: nil)
        let client = try fixture.makeClient()
        for _ in 0..<1000 {
            await #expect {
                try await client.call(
                    "svc", "E", Empty(), options: CallOptions { _ in retries.add() },
                    returning: Empty.self)
            } throws: { ($0 as? MicroError)?.code == .unavailable }
        }
        #expect((200...300).contains(retries.value), "0.2 per call and the reserve of 100: \(retries.value)")
        await client.close()
    }
}
