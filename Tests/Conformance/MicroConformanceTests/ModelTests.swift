// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHarnesses
import Testing

@testable import MicroConformance

/// Tests the random histories that are compared with a model, and how a failing history is shortened.
@Suite(.timeLimit(.minutes(2))) struct ModelTests {
    @Test func seedsOfTheRegistryModelProduceEveryOperation() {
        var found: Set<String> = []
        for seed in RegistryCase.histories {
            var generator = SeededGenerator(seed: seed)
            for _ in 0..<30 { found.insert(Self.kind(of: .random(using: &generator))) }
        }
        #expect(
            found == [
                "register", "change", "describe", "refresh", "deregister", "watch", "watchAll", "cancelWatch", "reopen",
            ])
    }

    @Test func expiredNodesAreRegisteredRefreshedAndMoved() {
        for seed in RegistryCase.expiryHistories {
            var generator = SeededGenerator(seed: seed)
            let history = RegistryOperation.expiries(using: &generator)
            var followers: Set<String> = []
            for (index, operation) in history.enumerated() {
                guard case .expire(let client, let node) = operation, index >= 2, index + 1 < history.count,
                    case .register(client, let service, [node]) = history[index - 2]
                else { continue }
                switch history[index + 1] {
                case .register(client, let next, [node]): followers.insert(next == service ? "register" : "move")
                case .refresh(client, node): followers.insert("refresh")
                default: break
                }
            }
            #expect(followers == ["register", "move", "refresh"], "seed \(seed): \(history)")
        }
    }

    private static func kind(of operation: RegistryOperation) -> String {
        switch operation {
        case .register: "register"
        case .change: "change"
        case .describe: "describe"
        case .refresh: "refresh"
        case .deregister: "deregister"
        case .expire: "expire"
        case .watch(_, let service): service == nil ? "watchAll" : "watch"
        case .cancelWatch: "cancelWatch"
        case .reopen: "reopen"
        }
    }

    @Test func failingHistoryIsShortenedToTheOperationsThatFail() async throws {
        let check = HistoryCheck<Int> { history in
            guard let first = history.firstIndex(of: 3), history[first...].contains(17) else { return }
            throw ConformanceFailure("17 follows 3")
        }
        let failure = await #expect(throws: ConformanceFailure.self) {
            try await check.check(seeds: 5...5) { _ in Array(0..<24) }
        }
        #expect(failure?.description == "17 follows 3\nafter the history (seed 5):\n  1. 3\n  2. 17")
    }

    @Test func failureOfAMutantNamesTheSeedAndAShortHistory() async throws {
        let mutant = try #require(ContractMutant<RegistryHooks>.registry.first { $0.name == "deregistersOnlyLastNode" })
        let harness = HookedRegistryHarness(
            MemoryRegistryHarness(bounds: ContractMutantFaultTests.registryBounds), mutant.change)
        let options = RunOptions(filter: "R93", caseTimeout: .seconds(60))
        let results = await RegistryRunner(harness, options: options).run().results
        let outcome = try #require(results.first?.outcome)
        #expect(outcome.isFailure && outcome.detail.contains("after the history (seed "), "\(outcome)")
        let steps = outcome.detail.split(separator: "\n").drop { !$0.hasPrefix("after the history") }.dropFirst()
        // A registration of two nodes and their deregistration; other registrations can be necessary in between.
        #expect((2...4).contains(steps.count) && steps.last?.contains("deregisters") == true, "\(outcome.detail)")
    }
}
