// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroEtcd
import MicroHarnesses
import TestServers
import TestSupport
import Testing

/// Tests the registry cases that run against the memory registry: every case catches at least one mutant of it, and every
/// mutant fails its target cases.
@Suite(.timeLimit(.minutes(10)), .serialized) struct RegistryMutantTests {
    @Test func memoryCasesAndMutantsMatch() async throws {
        let healthy = await RegistryRunner(Self.memory(nil)).run()
        let isHealthy = healthy.isSuccess
        #expect(isHealthy, "\(healthy.table)")
        let runnable = Set(healthy.results.filter { $0.outcome == .passed }.map(\.id))

        var table = MutantTable<RegistryDefect>(cases: runnable)
        let defects = RegistryDefect.allCases.filter { !runnable.isDisjoint(with: $0.targets) }
        await table.run(defects, concurrency: 6) { await Self.cases(failedBy: $0, among: $1) }
        table.check()
    }

    fileprivate static func memory(_ defect: RegistryDefect?) -> RegistryMutantHarness {
        RegistryMutantHarness(
            defect,
            of: MemoryRegistryHarness(
                bounds: RegistryBounds(
                    expiry: .init(
                        timeToLive: .milliseconds(400), minTimeToLive: .milliseconds(10), slack: .milliseconds(300)),
                    timeouts: .init(
                        convergence: .milliseconds(300), operation: .milliseconds(500), recovery: .milliseconds(600),
                        observationWindow: .milliseconds(30)),
                    load: .init(changes: 300, services: 100))))
    }

    private static func cases(failedBy defect: RegistryDefect?, among targets: [String]) async -> [String] {
        // If clients cannot be closed, a case takes its time limit twice.
        let timeout = Duration.seconds(defect == .closeHangs ? 2 : 10)
        let options = RunOptions(filter: targets.joined(separator: ","), caseTimeout: timeout)
        return await RegistryRunner(memory(defect), options: options).run().results
            .filter(\.outcome.isFailure).map(\.id)
    }
}

/// Tests the other registry cases with mutants of the etcd registry.
@Suite(.faultRun, .requiresLocalEtcd, .startsServers, .timeLimit(.minutes(10))) struct EtcdFaultMutantTests {
    @Test func etcdOnlyCasesCatchMutants() async throws {
        let runnable = Set(
            await RegistryRunner(RegistryMutantTests.memory(nil)).run().results.filter { $0.outcome == .passed }.map(
                \.id))
        let others = RegistryCase.all.filter { !runnable.contains($0.id) }
        try await EtcdHarnesses.withAll { plain, secured in
            var table = MutantTable<RegistryDefect>(cases: Set(others.map(\.id)))
            await table.run(others) { defect, testCase in
                let base = testCase.hooks.isSubset(of: plain.hooks) ? plain : secured
                return RegistryRunner(
                    RegistryMutantHarness(defect, of: base, bounds: Self.quick(base.bounds)),
                    options: RunOptions(caseTimeout: .seconds(30)))
            }
            table.check()
        }
    }

    /// Shorter waits than for a real adapter, because a mutant never does what the cases wait for.
    private static func quick(_ bounds: RegistryBounds) -> RegistryBounds {
        var bounds = bounds
        bounds.timeouts.recovery = .seconds(5)
        bounds.timeouts.credentialRecovery = .seconds(5)
        return bounds
    }
}
