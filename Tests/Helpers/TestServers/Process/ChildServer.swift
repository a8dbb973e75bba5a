// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Foundation
import TestSupport

/// A test server that is a child process, or that is already running. Its data survives ``kill()`` and ``stop()``.
package protocol ChildServer: SuiteServer {
    /// The kind of server.
    static var backend: Backend { get }
    /// The address for clients, `host:port`.
    var address: String { get }
    /// The process of the server.
    var process: ServerProcess { get }
    /// The folder for its configuration and its data.
    var folder: URL { get }
    /// Whether the server was not started by the tests, so that it can neither be started nor ended.
    var isExternal: Bool { get }
    /// Starts the server with its current data, without waiting.
    func launch() throws
    /// Whether the server serves requests; in a cluster, also whether there is a leader.
    func isHealthy() async -> Bool
    /// Completes the start of a server that serves requests; does nothing by default.
    func prepare() async throws
}

extension ChildServer {
    /// Whether the program is installed.
    package static var isInstalled: Bool { backend.isInstalled }

    /// The address of a running server, for example in a container: `MICRO_TEST_…_ADDRESS`.
    package static var external: String? { backend.external }

    /// Starts the server with its current data, and waits until it serves requests.
    package func start() async throws {
        guard !isExternal else {
            guard await eventually({ await isHealthy() }) else {
                throw TestServerError(
                    description: "no healthy \(Self.backend.name) at \(Self.backend.addressVariable)=\(address)")
            }
            return
        }
        try launch()
        try await waitUntilServing()
        try await prepare()
    }

    package func prepare() async throws {}

    /// Waits until the server serves.
    package func waitUntilServing() async throws { try await process.waitUntil { await isHealthy() } }

    /// The process ID; nil if the server does not run.
    package var processID: Int32? { process.id }

    /// Kills the server with `SIGKILL`.
    package func kill() async { await process.kill() }

    /// Terminates the server with `SIGTERM`.
    package func stop() async throws { try await process.stop() }

    /// Kills the server and deletes its data.
    package func end() async {
        await kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Kills the server and starts it again with the same ports and data.
    package func restart() async throws {
        await kill()
        try await start()
    }

    /// Kills the server and starts it again with the same ports, without data.
    package func wipe() async throws {
        await end()
        try await start()
    }

    /// Stops (`SIGSTOP`) or continues (`SIGCONT`) the process.
    package func signal(_ signal: Int32) { process.signal(signal) }

    /// The error for an attempt to start a server that is already running.
    var externalServerError: TestServerError {
        TestServerError(description: "the \(Self.backend.name) at \(address) was not started by the tests")
    }
}
