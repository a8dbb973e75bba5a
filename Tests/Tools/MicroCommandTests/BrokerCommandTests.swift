// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import TestServers
import Testing

/// `micro conformance broker`, except for the options that all kinds of adapters share.
@Suite(.startsServers, .timeLimit(.minutes(2))) struct BrokerCommandTests {
    @Test(arguments: [("at-most-once", "atMostOnce"), ("at-least-once", "atLeastOnce")])
    func tableListsEverySelectedCase(_ delivery: String, _ shown: String) async throws {
        let result = try await broker("--broker", "memory", "--delivery", delivery, "--run", "B0?,B1?")
        #expect(result.status == 0, "\(result.text)")
        #expect(result.text.contains("\nMemoryBroker (\(shown)) "), "\(result.text)")
        for id in BrokerCase.all.map(\.id).filter({ $0 < "B20" }) { #expect(result.text.contains("\(id)  "), "\(id)") }
        #expect(result.text.contains(" 0 failed, "), "\(result.text)")
    }

    @Test func deliveryClassDeterminesClaimedCases() async throws {
        let once = try await broker("--broker", "memory", "--run", "B15,B46")
        #expect(once.text.contains("\n1 passed, 0 failed, 1 notClaimed,"), "\(once.text)")
        let again = try await broker("--broker", "memory", "--delivery", "at-least-once", "--run", "B15,B39,B46")
        #expect(again.text.contains("\n2 passed, 0 failed, 1 notClaimed,"), "\(again.text)")
    }

    @Test(arguments: [
        (["--broker", "kafka"], "no broker named \"kafka\": choose one of "),
        (["--broker", "memory", "--run", "R*"], "no case is selected by --run R* --tiers C,K,F,S"),
    ])
    func failureIsReportedInOneLine(_ arguments: [String], _ message: String) async throws {
        let result = try await MicroTool.run(MicroTool.path, ["conformance", "broker"] + arguments)
        #expect(result.status == 1)
        #expect(result.text.contains(message), "\(result.text)")
        #expect(result.text.split(separator: "\n").count == 1, "\(result.text)")
    }

    @Test(arguments: [
        [], ["--broker", "memory", "--delivery", "exactly-once"],
        ["--broker", "memory", "--broker-address", "127.0.0.1:4222"],
        ["--broker", "memory", "--control", "compose:docker/compose.yml"],
        ["--broker", "rabbitmq", "--delivery", "at-least-once", "--queue-type", "stream"],
        ["--broker", "rabbitmq", "--queue-type", "quorum"],
        ["--broker", "nats", "--delivery", "at-least-once", "--queue-type", "quorum"],
    ])
    func invalidArgumentsShowUsage(_ arguments: [String]) async throws {
        let result = try await MicroTool.run(MicroTool.path, ["conformance", "broker"] + arguments)
        #expect(result.status == 2, "\(result.text)")
        #expect(result.text.contains("Usage: micro conformance broker"), "\(result.text)")
    }

    private func broker(_ arguments: String...) async throws -> MicroTool.CommandResult {
        try await MicroTool.run(MicroTool.path, ["conformance", "broker"] + arguments)
    }
}
