// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import MicroHarnesses
import MicroMemory
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct RunnerTests {
    private let harness = MemoryRegistryHarness()

    private func outcome(
        of testCase: RegistryCase, _ options: RunOptions = RunOptions(), on other: (any RegistryHarness)? = nil
    ) async -> CaseOutcome { await RegistryRunner(other ?? harness, options: options).run(testCase).outcome }

    private func makeCase(
        capabilities: [String] = [], actions: Set<BackendAction> = [],
        verifyUnsupported: (@Sendable (RegistryTestContext) async throws -> Void)? = nil,
        run: @escaping @Sendable (RegistryTestContext) async throws -> Void = { _ in }
    ) -> RegistryCase {
        RegistryCase(
            "X01", .core, "Does <this> & \"that\"", rationale: "-", capabilities: capabilities, actions: actions,
            verifyUnsupported: verifyUnsupported,
            run: run)
    }

    private let failing: @Sendable (RegistryTestContext) async throws -> Void = { try $0.expect(false, "it works") }

    @Test func caseIDsAreSortedAndUnique() {
        func check<TestContext>(_ cases: [ConformanceCase<TestContext>]) {
            let ids = cases.map(\.id)
            #expect(ids == Set(ids).sorted { ($0.count, $0) < ($1.count, $1) })
            #expect(cases.allSatisfy { !$0.requirement.isEmpty && !$0.rationale.isEmpty })
            #expect(cases.allSatisfy { $0.tier != .capability || !$0.capabilities.isEmpty })
        }
        check(RegistryCase.all)
        check(BrokerCase.all)
    }

    @Test func brokerCaseNeedsAreKnownCapabilities() {
        let claims = BrokerFeatures.named.map(\.name) + DeliveryGuarantee.allCases.map(\.rawValue)
        for each in BrokerCase.all { #expect(Set(each.capabilities).isSubset(of: claims), "\(each.id)") }
    }

    /// An adapter with one address, whose harness takes the first of several or throws `unsupported`.
    private struct OneAddress: RegistryHarness {
        let base = MemoryRegistryHarness()
        let throwsUnsupported: Bool
        var subject: TestSubject { base.subject }
        var bounds: RegistryBounds { base.bounds }
        var endpoint: BackendEndpoint? { BackendEndpoint(Address(host: "127.0.0.1", port: 1), wireProtocol: .tcp) }

        func makeClient(_ options: RegistryClientOptions) async throws -> any Registry {
            guard options.addresses?.count ?? 1 > 1 else { return try await base.makeClient(options) }
            if throwsUnsupported {
                throw MicroError(.unsupported, "the adapter takes one address", origin: MicroError.Origin.registry)
            }
            // A client that uses only the first address, which refuses connections.
            let registry = try MemoryRegistry(backend: MemoryBackend(), namespace: options.namespace)
            await registry.close()
            return registry
        }
    }

    @Test func failoverCaseSaysWhatToDoWithOneAddress() async throws {
        let failover = try #require(RegistryCase.all.first { $0.id == "R45" })
        let refused = await outcome(of: failover, on: OneAddress(throwsUnsupported: true))
        #expect(refused == .notRunnable("needs a client with 2 addresses: the adapter takes one address"))
        guard case .failed(let message) = await outcome(of: failover, on: OneAddress(throwsUnsupported: false)) else {
            return #expect(Bool(false), "a client that cannot reach its address has to fail the case")
        }
        #expect(message.contains("let `makeClient` throw `unsupported`"), "\(message)")
    }

    @Test func reportsAllSixOutcomes() async {
        #expect(await outcome(of: makeCase()) == .passed)
        #expect(await outcome(of: makeCase(run: failing)) == .failed("expected that it works"))
        #expect(await outcome(of: makeCase(capabilities: ["pods"], run: failing)) == .notClaimed("pods"))
        #expect(
            await outcome(of: makeCase(actions: [.stop, .wipe], run: failing), on: NoControl())
                == .notRunnable("needs the backend actions `stop`, `wipe`"))
        let known = RunOptions(knownFailing: ["X01"])
        #expect(await outcome(of: makeCase(run: failing), known) == .knownFailing("expected that it works"))
        #expect(await outcome(of: makeCase(), known) == .unexpectedPass)
        let flaky = RunOptions(knownFlaky: ["X01"])
        #expect(await outcome(of: makeCase(run: failing), flaky) == .knownFailing("expected that it works"))
        #expect(await outcome(of: makeCase(), flaky) == .passed)
    }

    @Test func unclaimedCapabilityMustBeRefused() async {
        let ignored = makeCase(capabilities: ["pods"], verifyUnsupported: failing)
        #expect(await outcome(of: ignored) == .failed("expected that it works"))
    }

    @Test func hangingCaseTimesOutAndRunContinues() async {
        let hanging = makeCase(run: { _ in
            // Ignores cancellation.
            await Task.detached { try? await Task.sleep(for: .seconds(120)) }.value
        })
        let started = ContinuousClock.now
        let options = RunOptions(caseTimeout: .milliseconds(100))
        let report = await RegistryRunner(harness, options: options).run([hanging, makeCase()])
        #expect(ContinuousClock.now - started < .seconds(60))
        #expect(report.results.map(\.outcome.name) == ["failed", "passed"])
        #expect(report.results[0].outcome.detail.contains("was cancelled"))
        #expect(!report.isSuccess)
    }

    @Test func hangingClientCloseDoesNotBlockRun() async {
        let options = RunOptions(caseTimeout: .milliseconds(100))
        let report = await RegistryRunner(
            RegistryMutantHarness(.closeHangs, of: MemoryRegistryHarness()), options: options
        )
        .run([makeCase(), makeCase()])
        #expect(report.results.map(\.outcome.name) == ["failed", "failed"])
    }

    /// A case is repeated if the machine delayed a heartbeat, but not if the adapter did.
    @Test func slowHeartbeatFailsCase() async throws {
        let heartbeats = try #require(RegistryCase.all.first { $0.id == "R23" })
        let registrations = Counter()
        let slow = HookedRegistryHarness(harness) { hooks in
            let register = hooks.register
            hooks.register = { service, timeToLive in
                registrations.add()
                if registrations.value == 3, let timeToLive { try await Task.sleep(for: timeToLive * 1.2) }
                return try await register(service, timeToLive)
            }
        }
        #expect(await outcome(of: heartbeats, on: slow) == .failed("expected never that the node is absent"))
    }

    @Test func caseCleansUpAfterFailure() async throws {
        let namespace = Counter()
        let messy = makeCase(run: { context in
            try await context.register(context.record())
            _ = try context.writer.watch(nil)
            namespace.add()
            throw ConformanceFailure("after a watch")
        })
        #expect(await outcome(of: messy) == .failed("after a watch"))
        #expect(namespace.value == 1)
        #expect(try await harness.resourceCounts()?.watches == 0)
    }

    @Test(arguments: [
        ("*", 115), ("R01", 1), ("R0?", 9), ("R1*,R50", 29), ("X*", 0), ("r01", 0), ("R*1", 12), ("", 0),
    ])
    func filterSelectsMatchingCases(_ pattern: String, _ count: Int) {
        let options = RunOptions(filter: pattern)
        #expect(RegistryCase.all.count { options.selects($0) } == count)
    }

    @Test func tierSelectsMatchingCases() {
        let options = RunOptions(tiers: [.capability])
        #expect(Set(RegistryCase.all.filter(options.selects).map(\.tier)) == [.capability])
    }

    @Test func parsesListsOfIDs() {
        #expect(RunOptions.ids(in: "R01\n# comment\n\n  R02  # why\r\nR03") == ["R01", "R02", "R03"])
    }

    @Test func reportFormatsAgree() async throws {
        let cases = [makeCase(), makeCase(capabilities: ["pods"]), makeCase(run: failing)]
        let report = await RegistryRunner(harness).run(cases)
        #expect(report.counts == "1 passed, 1 failed, 1 notClaimed, 0 notRunnable, 0 knownFailing, 0 unexpectedPass")
        #expect(report.table.contains(report.counts) && report.table.contains("suite \(SwiftMicro.version)"))
        #expect(report.table.contains("bounds: convergence"))

        struct Wire: Decodable {
            struct Case: Decodable {
                let id, tier, outcome, detail: String
                let seconds: Double
            }
            let cases: [Case]
            let summary: [String: Int]
        }
        let wire = try JSONDecoder().decode(Wire.self, from: Data(report.json.utf8))
        #expect(wire.cases.map(\.outcome) == ["passed", "notClaimed", "failed"])
        #expect(wire.summary["passed"] == 1 && wire.summary["failed"] == 1 && wire.summary["unexpectedPass"] == 0)

        #expect(report.junit.contains(#"tests="3" failures="1" skipped="1""#))
        #expect(report.junit.contains("Does &lt;this&gt; &amp; &quot;that&quot;"))
        #expect(report.junit.contains(#"<failure message="expected that it works"/>"#))
    }

    @Test func reportsShowEachDifferenceInALine() async {
        let testCase = makeCase(run: { context in
            var found = context.record()
            (found.version, found.nodes[0].port) = ("2", 81)
            try context.expect([found], is: [context.record()], "the lookup")
        })
        let report = await RegistryRunner(harness).run([testCase])
        let lines = [
            "the lookup: 2 fields differ", #"  [0].version: expected "1.0.0", found "2""#,
            "  [0].nodes[0].port: expected 8080, found 81",
        ]
        #expect(report.results[0].outcome == .failed(lines.joined(separator: "\n")))
        #expect(report.table.contains(lines.joined(separator: "\n     ")), "\(report.table)")
        #expect(
            report.junit.contains("2 fields differ&#10;  [0].version: expected &quot;1.0.0&quot;"), "\(report.junit)")
    }

    @Test func emptyRunIsNotSuccess() async { #expect(await !RegistryRunner(harness).run([]).isSuccess) }
}

/// A harness without hooks.
private struct NoControl: RegistryHarness {
    let subject = TestSubject(adapter: "-", adapterVersion: "-", backend: "-", backendVersion: "-")
    let bounds = RegistryBounds()

    func makeClient(_ options: RegistryClientOptions) async throws -> any Registry { MemoryRegistry() }
}
