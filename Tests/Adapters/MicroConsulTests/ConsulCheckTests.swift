// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Testing

@testable import MicroConsul

/// The TTL check of a registration.
@Suite struct ConsulCheckTests {
    @Test(
        "a critical instance is removed five seconds after its time to live, and after 65 s at the earliest",
        arguments: [(1, "65000ms"), (30, "65000ms"), (60, "65000ms"), (61, "66000ms"), (600, "605000ms")])
    func deregisterCriticalServiceAfterFollowsTimeToLive(timeToLive: Int, removal: String) throws {
        let node = Node(id: "n", address: "10.0.0.1", port: 80)
        let registration = try ConsulRecord.registration(
            of: node, of: ServiceRecord(name: "svc", nodes: [node]), namespace: ConsulNamespace(""),
            timeToLive: .seconds(timeToLive))
        #expect(registration.check?.ttl == "\(timeToLive * 1000)ms")
        #expect(registration.check?.deregisterCriticalServiceAfter == removal)
    }
}
