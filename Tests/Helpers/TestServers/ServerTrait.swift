// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Testing

/// A server that ``ServerTrait`` starts for a suite.
package protocol SuiteServer: AnyObject, Sendable {
    /// The server of the running suite.
    static var taskLocalCurrent: TaskLocal<Self?> { get }
    /// Starts the server and waits until it serves.
    func start() async throws
    /// Ends the server, deletes its data and waits until it has exited.
    func end() async
}

/// Starts a server for a suite, and ends it after the suite. Few suites with servers run at the same time.
package struct ServerTrait<Server: SuiteServer>: SuiteTrait, TestScoping {
    /// Makes the server.
    let make: @Sendable () async throws -> Server

    /// Runs the suite with the server as `current`.
    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await ServerSuiteTrait().provideScope(for: test, testCase: testCase) { try await run(function) }
    }

    private func run(_ function: @concurrent @Sendable () async throws -> Void) async throws {
        let server = try await make()
        let result = await Result {
            try await server.start()
            try await Server.taskLocalCurrent.withValue(server) { try await function() }
        }
        await server.end()
        try result.get()
    }
}
