// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroHarnesses
import NIOCore
import Testing

/// Tests the transport cases: every case that runs against the memory or the HTTP transport catches at least one mutant,
/// and every mutant fails its target cases.
@Suite(.timeLimit(.minutes(5)), .serialized) struct TransportMutantTests {
    /// Shorter waits than for a real adapter, because a mutant never does what the cases wait for.
    private static let bounds = TransportBounds(
        timeouts: .init(
            response: .seconds(3), deadline: .milliseconds(400), recovery: .seconds(2),
            observationWindow: .milliseconds(50)), callCount: 200)

    @Test func casesAndMutantsMatch() async throws {
        let memory = TransportMutantHarness(nil, of: MemoryTransportHarness(bounds: Self.bounds))
        let quick = await TransportRunner(memory).run().results
        let slow = await TransportRunner(
            TransportMutantHarness(nil, of: HTTPTransportHarness(bounds: Self.bounds)),
            options: RunOptions(filter: quick.filter { $0.outcome != .passed }.map(\.id).joined(separator: ","))
        ).run().results
        for result in quick + slow { #expect(!result.outcome.isFailure, "\(result)") }
        let inMemory = Set(quick.filter { $0.outcome == .passed }.map(\.id))
        let cases = inMemory.union(slow.filter { $0.outcome == .passed }.map(\.id))
        #expect(cases.count == 72, "only credentials need another harness")
        var table = MutantTable<TransportDefect>(cases: cases)
        await table.run(TransportDefect.allCases, concurrency: 3) {
            await Self.cases(failedBy: $0, among: $1, inMemory)
        }
        table.check()
    }

    private static func cases(
        failedBy defect: TransportDefect?, among targets: [String], _ inMemory: Set<String>
    ) async -> [String] {
        var found: [String] = []
        for id in targets {
            let base: any TransportHarness =
                inMemory.contains(id) ? MemoryTransportHarness(bounds: bounds) : HTTPTransportHarness(bounds: bounds)
            let options = RunOptions(filter: id, caseTimeout: .seconds(8))
            let report = await TransportRunner(TransportMutantHarness(defect, of: base), options: options).run()
            found += report.results.filter(\.outcome.isFailure).map(\.id)
        }
        return found
    }

    @Test func refusalsOfUnclaimedFeaturesAreAccepted() async {
        let withoutStreams = HookedTransportHarness(MemoryTransportHarness(bounds: Self.bounds)) { hooks in
            hooks.features = []
            hooks.open = { _, _ in throw MicroError(.unsupported, "this transport has no streams") }
        }
        let withoutBackPressure = HookedTransportHarness(MemoryTransportHarness(bounds: Self.bounds)) { hooks in
            hooks.features.remove(.backPressure)
            hooks.open = { [base = hooks.base] in UnboundedSender.makeStream(of: try await base.open($0, to: $1)) }
        }
        let options = RunOptions(filter: "T07,T55", caseTimeout: .seconds(20))
        let first = await TransportRunner(withoutStreams, options: options).run().results.map(\.outcome)
        #expect(first == [.notClaimed("streams"), .notClaimed("streams")])
        let second = await TransportRunner(withoutBackPressure, options: options).run().results.map(\.outcome)
        #expect(second == [.passed, .notClaimed("backPressure")])
    }
}

/// The client's side of a stream without back-pressure.
private struct UnboundedSender: TransportStreamDelegate {
    let base: TransportStream

    static func makeStream(of base: TransportStream) -> TransportStream {
        let (stream, source) = TransportStream.makeStream(delegate: UnboundedSender(base: base))
        Task {
            do {
                for try await message in base where !source.yield(message) {
                    throw MicroError(.resourceExhausted, "the reader is too slow")
                }
                source.finish()
            } catch {
                base.cancel()
                source.finish(throwing: error)
            }
        }
        return stream
    }

    func send(_ message: ByteBuffer) async throws { try await base.send(message) }
    func finish() async throws { try await base.finish() }
    func resume() {}
    func cancel() { base.cancel() }
}
