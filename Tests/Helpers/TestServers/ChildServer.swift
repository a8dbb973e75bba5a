// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Foundation
import TestSupport

/// A server of the tests that is a child process of theirs, or that runs already: its life, which is the same for all
/// kinds. Its data survives ``kill()`` and ``stop()``.
package protocol ChildServer: SuiteServer {
    /// What kind of server it is.
    static var backend: Backend { get }
    /// The address for clients, `host:port`.
    var address: String { get }
    /// The process that it is while it runs.
    var process: ServerProcess { get }
    /// Where it has its data.
    var folder: URL { get }
    /// Whether it runs already: it can be asked then, and neither started nor ended.
    var isExternal: Bool { get }
    /// Starts it, with the data that it has, and does not wait.
    func launch() throws
    /// Whether it serves now; in a cluster, whether there is a leader.
    func isHealthy() async -> Bool
    /// What has to be done once it serves; nothing by default.
    func prepare() async throws
}

extension ChildServer {
    /// Whether one can be started here.
    package static var isInstalled: Bool { backend.isInstalled }

    /// The address of one that runs already, such as one in a container: `MICRO_TEST_…_ADDRESS`.
    package static var external: String? { backend.external }

    /// Starts it, with the data that it has, and waits until it serves.
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

    /// Waits until it serves.
    package func waitUntilServing() async throws { try await process.waitUntil { await isHealthy() } }

    /// Its process; nil if it does not run.
    package var processID: Int32? { process.id }

    /// Kills it.
    package func kill() async { await process.kill() }

    /// Stops it in order.
    package func stop() async throws { try await process.stop() }

    /// Kills it, and deletes its data.
    package func end() async {
        await kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Kills it and starts it again, with its ports and data.
    package func restart() async throws {
        await kill()
        try await start()
    }

    /// Kills it and starts it again, empty, with its ports.
    package func wipe() async throws {
        await end()
        try await start()
    }

    /// Stops (`SIGSTOP`) or continues (`SIGCONT`) it.
    package func signal(_ signal: Int32) { process.signal(signal) }

    /// Why it cannot be started.
    var externalServerError: TestServerError {
        TestServerError(description: "the \(Self.backend.name) at \(address) is not started here")
    }
}
