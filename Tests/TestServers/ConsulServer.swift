// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import Synchronization
import TestSupport

/// A real Consul agent, started with the configuration that the container mounts: `docker/consul`.
package final class ConsulServer: Sendable {
    private let ports: [Int]
    private let child = Mutex<Child?>(nil)

    /// The address of its HTTP interface, `host:port`.
    package let address: String

    /// Whether one can be started here.
    package static var isInstalled: Bool { Machine.path(of: "consul") != nil }

    /// An agent on free ports, not started yet.
    package init() throws {
        ports = try Machine.freePorts(4)
        address = "127.0.0.1:\(ports[0])"
    }

    /// Starts the agent, empty, and waits until it has elected itself.
    package func start() async throws {
        guard let program = Machine.path(of: "consul") else { throw MachineError(description: "no consul on the PATH") }
        let child = try Child(
            program,
            [
                "agent", "-dev", "-config-dir", Self.configuration, "-bind", "127.0.0.1", "-http-port", "\(ports[0])",
                "-serf-lan-port", "\(ports[1])", "-serf-wan-port", "\(ports[2])", "-server-port", "\(ports[3])",
                "-dns-port", "-1", "-grpc-port", "-1",
            ])
        self.child.withLock { $0 = child }
        guard await eventually(within: .seconds(30), { await hasLeader() || !child.isRunning }), child.isRunning else {
            throw MachineError(description: "consul did not start: \(child.text)")
        }
    }

    /// Kills the agent. A `-dev` agent forgets everything.
    package func kill() async {
        let child = child.withLock { child in
            defer { child = nil }
            return child
        }
        await child?.kill9()
    }

    /// Stops (`SIGSTOP`) or continues (`SIGCONT`) the agent.
    package func signal(_ signal: Int32) { child.withLock { $0?.send(signal) } }

    /// Asks the agent, as `curl` would.
    package func ask(
        _ path: String, method: String = "GET", body: String? = nil
    ) async throws -> (status: Int, text: String) {
        let transfer = CurlTransfer()
        let result: Result<CurlResponse, any Error>
        do {
            result = .success(
                try await transfer.perform(
                    CurlRequest(
                        method: method, url: "http://\(address)\(path)", body: body.map { Array($0.utf8) },
                        timeout: .seconds(5))))
        } catch { result = .failure(error) }
        await transfer.close()
        let response = try result.get()
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    private func hasLeader() async -> Bool {
        let answer = try? await ask("/v1/status/leader")
        return answer.map { $0.status == 200 && $0.text.contains(":") } ?? false
    }

    private static var configuration: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docker/consul").path
    }
}
