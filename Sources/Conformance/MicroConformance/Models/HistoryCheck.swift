// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Runs random histories of operations against an adapter and a model of it.
///
/// A failing history is shortened: operations are removed as long as the rest still fails. An operation must therefore
/// be valid without the operations before it.
struct HistoryCheck<Operation: Sendable & CustomStringConvertible> {
    /// The maximum number of shorter histories that are tried.
    private static var maxAttempts: Int { 40 }
    /// How long shortening may take.
    private static var maxDuration: Duration { .seconds(30) }

    /// Runs a history in a new scope and compares the adapter with the model after each step. Throws a
    /// ``ConformanceFailure`` at the first difference.
    let run: ([Operation]) async throws -> Void

    /// Runs histories of random operations.
    ///
    /// - Parameters:
    ///   - seeds: The seed of each history.
    ///   - length: The number of operations of a history.
    ///   - makeOperation: Makes an operation.
    func check(
        seeds: ClosedRange<UInt64>, length: Int, _ makeOperation: (inout SeededGenerator) -> Operation
    ) async throws {
        try await check(seeds: seeds) { generator in (0..<length).map { _ in makeOperation(&generator) } }
    }

    /// Runs random histories.
    func check(
        seeds: ClosedRange<UInt64>, _ makeHistory: (inout SeededGenerator) -> [Operation]
    ) async throws {
        for seed in seeds {
            var generator = SeededGenerator(seed: seed)
            let history = makeHistory(&generator)
            guard let failure = try await failure(of: history) else { continue }
            let (shortest, reason) = try await shortened(history, failure)
            let steps = shortest.enumerated().map { "  \($0 + 1). \($1)" }
            throw ConformanceFailure(
                (["\(reason)", "after the history (seed \(seed)):"] + steps).joined(separator: "\n"))
        }
    }

    private func failure(of history: [Operation]) async throws -> ConformanceFailure? {
        do { try await run(history) } catch let failure as ConformanceFailure { return failure }
        return nil
    }

    /// Removes parts of a history: first large parts, then single operations.
    private func shortened(
        _ history: [Operation], _ failure: ConformanceFailure
    ) async throws -> ([Operation], ConformanceFailure) {
        var (shortest, reason) = (history, failure)
        var (attempts, part) = (0, history.count / 2)
        let end = ContinuousClock.now + Self.maxDuration
        while part >= 1 {
            var start = 0
            while start < shortest.count {
                guard attempts < Self.maxAttempts, ContinuousClock.now < end else { return (shortest, reason) }
                attempts += 1
                var shorter = shortest
                shorter.removeSubrange(start..<min(start + part, shortest.count))
                if !shorter.isEmpty, let failure = try await self.failure(of: shorter) {
                    (shortest, reason) = (shorter, failure)
                } else {
                    start += part
                }
            }
            part /= 2
        }
        return (shortest, reason)
    }
}

/// A seeded random number generator (SplitMix64), so that a failure can be reproduced.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
