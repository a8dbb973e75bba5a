// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestServers
import Testing

/// Against a real etcd, as it is reached from outside.
@Suite(.whereEtcdIs, .etcd, .serialized, .timeLimit(.minutes(2))) struct EtcdCommandTests {
    @Test func aRunningEtcdPasses() async throws {
        let etcd = try #require(EtcdServer.current)
        let answer = try await MicroTool.conformance(
            "--registry", "etcd", "--registry-address", etcd.address, "--run", "R01,R30")
        #expect(answer.status == 0, "\(answer.text)")
        #expect(answer.text.contains("\nEtcdRegistry "), "\(answer.text)")
        #expect(answer.text.contains("\n2 passed, 0 failed, "), "\(answer.text)")
    }
}
