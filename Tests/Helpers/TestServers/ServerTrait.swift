// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Testing

/// What ``ServerTrait`` starts for a suite.
package protocol SuiteServer: AnyObject, Sendable {
    /// The one of the suite that runs now.
    static var taskLocalCurrent: TaskLocal<Self?> { get }
    /// Starts it and waits until it serves.
    func start() async throws
    /// Ends it for good, with its data, and waits.
    func end() async
}

/// Starts a server for a suite, once, and ends it afterwards.
package struct ServerTrait<Server: SuiteServer>: SuiteTrait, TestScoping {
    /// Makes the server.
    let make: @Sendable () throws -> Server

    /// Runs the suite with the server as `current`.
    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let server = try make()
        let result = await Result {
            try await server.start()
            try await Server.taskLocalCurrent.withValue(server) { try await function() }
        }
        await server.end()
        try result.get()
    }
}

/// A kind of server that tests need: whether it is there, and what is said if not.
package struct Backend: Sendable {
    /// Its name in `MICRO_REQUIRE_BACKENDS`.
    let name: String
    /// Its program.
    let program: String
    /// Where to get it.
    let source: String

    init(_ name: String, program: String? = nil, source: String) {
        self.name = name
        self.program = program ?? name
        self.source = source
    }

    /// Whether one can be started here.
    var isInstalled: Bool { Machine.path(of: program) != nil }

    /// The variable with the address of one that runs already, such as one in a container.
    var addressVariable: String { "MICRO_TEST_\(name.uppercased())_ADDRESS" }

    /// The address of one that runs already.
    var external: String? { Self.variable(addressVariable) }

    /// Runs where there is one to use, or where one is required: the tests fail then, and are not skipped.
    var availabilityCondition: ConditionTrait {
        .enabled(
            if: isInstalled || external != nil || isRequired, "no \(program) on the PATH: get it from \(source)")
    }

    /// Runs where it is started by the tests, to be killed or to have settings of its own.
    var launchCondition: ConditionTrait {
        .enabled(
            if: external == nil && (isInstalled || isRequired),
            "needs \(program) to itself: none is on the PATH, or \(addressVariable) names another one")
    }

    private var isRequired: Bool {
        (Self.variable("MICRO_REQUIRE_BACKENDS") ?? "").split(separator: ",")
            .contains { $0.trimmingCharacters(in: .whitespaces) == name }
    }

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
