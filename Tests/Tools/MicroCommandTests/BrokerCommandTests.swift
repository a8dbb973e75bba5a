// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import TestServers
import Testing

/// `micro conformance broker`: what it shares with that of registries is tested there.
@Suite(.timeLimit(.minutes(2))) struct BrokerCommandTests {
    @Test(arguments: [("at-most-once", "atMostOnce"), ("at-least-once", "atLeastOnce")])
    func theTableHasEveryCaseThatIsSelected(_ delivery: String, _ shown: String) async throws {
        let answer = try await broker("--broker", "memory", "--delivery", delivery, "--run", "B0?,B1?")
        #expect(answer.status == 0, "\(answer.text)")
        #expect(answer.text.contains("\nMemoryBroker (\(shown)) "), "\(answer.text)")
        for id in BrokerCase.all.map(\.id).filter({ $0 < "B20" }) { #expect(answer.text.contains("\(id)  "), "\(id)") }
        #expect(answer.text.contains(" 0 failed, "), "\(answer.text)")
    }

    @Test func theClassDecidesWhatIsClaimed() async throws {
        let once = try await broker("--broker", "memory", "--run", "B15,B46")
        #expect(once.text.contains("\n1 passed, 0 failed, 1 notClaimed,"), "\(once.text)")
        let again = try await broker("--broker", "memory", "--delivery", "at-least-once", "--run", "B15,B39,B46")
        #expect(again.text.contains("\n2 passed, 0 failed, 1 notClaimed,"), "\(again.text)")
    }

    @Test(arguments: [
        (["--broker", "kafka"], "no broker named \"kafka\": choose one of "),
        (["--broker", "memory", "--run", "R*"], "no case is selected by --run R* --tiers C,K,F,S"),
    ])
    func whatCannotBeDoneIsOneLine(_ arguments: [String], _ message: String) async throws {
        let answer = try await MicroTool.run(MicroTool.path, ["conformance", "broker"] + arguments)
        #expect(answer.status == 1)
        #expect(answer.text.contains(message), "\(answer.text)")
        #expect(answer.text.split(separator: "\n").count == 1, "\(answer.text)")
    }

    @Test(arguments: [
        [], ["--broker", "memory", "--delivery", "exactly-once"],
        ["--broker", "memory", "--broker-address", "127.0.0.1:4222"],
        ["--broker", "memory", "--control", "compose:docker/compose.yml"],
    ])
    func wrongUsageShowsTheUsage(_ arguments: [String]) async throws {
        let answer = try await MicroTool.run(MicroTool.path, ["conformance", "broker"] + arguments)
        #expect(answer.status == 64, "\(answer.text)")
        #expect(answer.text.contains("Usage: micro conformance broker --broker <broker>"), "\(answer.text)")
    }

    private func broker(_ arguments: String...) async throws -> MicroTool.Answer {
        try await MicroTool.run(MicroTool.path, ["conformance", "broker"] + arguments)
    }
}
