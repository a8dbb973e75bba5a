// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension MicroError.Code {
    /// The codes of operations whose backend cannot be reached or does not respond.
    static let outage: Set<MicroError.Code> = [.unavailable, .deadlineExceeded]
}

extension BackendTestContext {
    /// Runs operations repeatedly during a fault, for about two seconds, and checks their outcomes and the number of
    /// requests.
    ///
    /// - Parameters:
    ///   - begin: Called once after the fault has begun.
    ///   - round: Runs some operations, and returns the error of each; nil for those that succeed.
    func run(
        _ scenario: FaultScenario, budget: RequestBudget, begin: () async throws -> Void = {},
        _ round: () async throws -> [MicroError?]
    ) async throws {
        scenario.begin()
        let (requestCount, started) = (scenario.requestCount(), ContinuousClock.now)
        var outcomes: [MicroError?] = []
        try await begin()
        repeat {
            outcomes += try await round()
        } while ContinuousClock.now - started < .seconds(2) && outcomes.count < 40
        let seconds = max((ContinuousClock.now - started) / .seconds(1), 1)
        let limit = budget.limit(operations: outcomes.count, seconds: seconds)
        let requests = scenario.requestCount() - requestCount
        try expect(requests <= limit, "a client sends at most \(limit) requests in \(seconds) s; it sent \(requests)")
        try check(outcomes, against: scenario.effect)
        scenario.end()
    }

    /// Expects a client to hold at most the given number of connections within the recovery timeout.
    func eventuallyHolds(atMost limit: Int, of scenario: FaultScenario) async throws {
        try await eventually("the client holds at most \(limit) connections", within: bounds.recoveryTimeout) {
            scenario.openConnections() <= limit
        }
    }

    private func check(_ outcomes: [MicroError?], against effect: FaultScenario.Effect) throws {
        let errors = outcomes.compactMap(\.self)
        switch effect {
        case .none:
            try expect(errors.isEmpty, "all operations succeed; found \(errors.first.map { "\($0)" } ?? "-")")
        case .failure(let codes):
            try expect(!errors.isEmpty, "an operation fails during the fault; all \(outcomes.count) succeeded")
            let expected = codes.map(\.description).sorted().joined(separator: " or ")
            for error in errors {
                try expect(codes.contains(error.code), "the error is \(expected); found \(error)")
                try expect(!error.message.isEmpty, "the error has a message; found \(error)")
            }
        case .either: break
        }
    }
}
