// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestServers
import Testing

/// Runs against etcd without a control.
@Suite(.requiresEtcd, .etcd, .serialized, .timeLimit(.minutes(2))) struct EtcdCommandTests {
    @Test func runningEtcdPassesCases() async throws {
        let etcd = try #require(EtcdServer.current)
        let result = try await MicroTool.conformance(
            "--registry", "etcd", "--registry-address", etcd.address, "--run", "R01,R30")
        #expect(result.status == 0, "\(result.text)")
        #expect(result.text.contains("\nEtcdRegistry "), "\(result.text)")
        #expect(result.text.contains("\n2 passed, 0 failed, "), "\(result.text)")
    }
}
