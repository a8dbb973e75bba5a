// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import TestSupport

extension ConformanceCase where TestContext: ConformanceTestContext {
    /// Whether the case injects faults or load. Against servers, such cases belong to `make test-faults`.
    var isFaultCase: Bool { tier == .fault || tier == .stress }

    /// The cases for `make test` against servers: those without faults and load, and the models, which find differences that
    /// no other case shows.
    static var functionalCases: [Self] { TestContext.catalog.filter { !$0.isFaultCase || isModel($0) } }

    /// The cases for `make test-faults` against servers.
    static var faultCases: [Self] { TestContext.catalog.filter { $0.isFaultCase && !isModel($0) } }

    /// The cases that can share a server with others: without load, and without control of the server.
    static var sharingCases: [Self] { TestContext.catalog.filter { $0.tier != .stress || isModel($0) } }

    private static func isModel(_ testCase: Self) -> Bool { ["R93", "B72", "T68"].contains(testCase.id) }

    /// The cases that mostly wait, for expiries or redeliveries: against a server they run at the same time.
    private static var waitingCases: [Self] {
        TestContext.catalog.filter {
            [
                "R23", "R24", "R85", "R88", "R103", "R107", "B15", "B16", "B19", "B22", "B80", "B84", "T34", "T37",
            ].contains($0.id)
        }
    }

    /// The functional cases that run one after another against a server.
    static var promptCases: [Self] { functionalCases.filter { !isWaiting($0) } }

    /// All cases that run one after another against a server.
    static var allPromptCases: [Self] { TestContext.catalog.filter { !isWaiting($0) } }

    private static func isWaiting(_ testCase: Self) -> Bool { waitingCases.contains { $0.id == testCase.id } }

    /// Runs the cases that mostly wait at the same time. Each has its own namespace, and counts no resources of the
    /// server.
    static func verifyWaitingCases(_ verify: @escaping @Sendable (Self) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for each in waitingCases { group.addTask { try await verify(each) } }
            try await group.waitForAll()
        }
    }
}
