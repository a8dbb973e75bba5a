// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import CurlTransfer
import Foundation
import Synchronization
import TestSupport

/// A real Consul agent, started with the configuration that the container mounts: `docker/consul`.
package final class ConsulServer: Sendable {
    /// What an agent has beside the configuration that all share.
    package struct Settings: Sendable {
        /// Further configuration, as JSON.
        package var configuration: String?
        /// To speak only HTTPS, and how its clients do.
        package var tls: CurlTLS?

        /// Nothing.
        package init(configuration: String? = nil, tls: CurlTLS? = nil) {
            self.configuration = configuration
            self.tls = tls
        }
    }

    private let ports: [Int]
    private let settings: Settings
    /// For the configuration of the settings.
    private let file = FileManager.default.temporaryDirectory
        .appendingPathComponent("consul-\(UUID().uuidString).json")
    private let child = Mutex<Child?>(nil)

    /// The address of its HTTP interface, `host:port`.
    package let address: String

    deinit { try? FileManager.default.removeItem(at: file) }

    /// The address with its scheme.
    package var url: String { "\(settings.tls == nil ? "http" : "https")://\(address)" }

    /// Whether one can be started here.
    package static var isInstalled: Bool { Machine.path(of: "consul") != nil }

    /// The address of an agent that runs already, such as one in a container: `MICRO_TEST_CONSUL_ADDRESS`.
    package static var external: String? {
        ProcessInfo.processInfo.environment["MICRO_TEST_CONSUL_ADDRESS"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// An agent on free ports, not started yet.
    package init(_ settings: Settings = .init()) throws {
        self.settings = settings
        ports = try Machine.freePorts(4)
        address = "127.0.0.1:\(ports[0])"
    }

    /// An agent that runs already. It can be asked, and neither started nor ended.
    package init(external address: String) {
        settings = .init()
        ports = []
        self.address = address
    }

    /// Starts the agent, empty, and waits until it has elected itself.
    package func start() async throws {
        guard !ports.isEmpty else {
            guard await eventually({ await hasLeader() }) else {
                throw MachineError(description: "no Consul with a leader at MICRO_TEST_CONSUL_ADDRESS=\(address)")
            }
            return
        }
        let child = try launch()
        guard await eventually(within: .seconds(30), { await hasLeader() || !child.isRunning }), child.isRunning else {
            throw MachineError(description: "consul did not start: \(child.text)")
        }
    }

    /// Starts the agent, empty, and waits until it listens, whatever it answers.
    package func startUnverified() async throws {
        let child = try launch()
        guard await eventually(within: .seconds(30), { await isListening() || !child.isRunning }), child.isRunning
        else { throw MachineError(description: "consul did not start: \(child.text)") }
    }

    private func launch() throws -> Child {
        guard let program = Machine.path(of: "consul") else { throw MachineError(description: "no consul on the PATH") }
        let port =
            settings.tls == nil ? ["-http-port", "\(ports[0])"] : ["-http-port", "-1", "-https-port", "\(ports[0])"]
        if let configuration = settings.configuration { try Data(configuration.utf8).write(to: file) }
        let child = try Child(
            program,
            [
                "agent", "-dev", "-config-dir", Self.configuration, "-bind", "127.0.0.1",
                "-serf-lan-port", "\(ports[1])", "-serf-wan-port", "\(ports[2])", "-server-port", "\(ports[3])",
                "-dns-port", "-1", "-grpc-port", "-1",
            ] + port + (settings.configuration == nil ? [] : ["-config-file", file.path]))
        self.child.withLock { $0 = child }
        return child
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
        _ path: String, method: String = "GET", body: String? = nil, token: String? = nil
    ) async throws -> (status: Int, text: String) {
        let transfer = CurlTransfer(configuration: .init(tls: settings.tls ?? .init()))
        let result: Result<CurlResponse, any Error>
        do {
            result = .success(
                try await transfer.perform(
                    CurlRequest(
                        method: method, url: "\(url)\(path)", headers: token.map { [("X-Consul-Token", $0)] } ?? [],
                        body: body.map { Array($0.utf8) }, timeout: .seconds(5))))
        } catch { result = .failure(error) }
        await transfer.close()
        let response = try result.get()
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    private func hasLeader() async -> Bool {
        let answer = try? await ask("/v1/status/leader")
        return answer.map { $0.status == 200 && $0.text.contains(":") } ?? false
    }

    private func isListening() async -> Bool {
        do { _ = try await ask("/v1/status/leader") } catch let error as CurlError {
            return error.kind != .couldNotConnect
        } catch { return false }
        return true
    }

    private static var configuration: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docker/consul").path
    }
}
