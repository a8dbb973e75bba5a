// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import CurlTransfer
package import Foundation
import TestSupport

/// A Consul agent with the configuration of the container: `docker/consul`.
///
/// It loses its data when it ends; a member of a cluster keeps its data.
package final class ConsulServer: ChildServer {
    /// The settings of an agent in addition to the shared configuration.
    package struct Settings: Sendable {
        /// Further configuration in JSON.
        package var configuration: String?
        /// The TLS settings of clients, if the agent has only an HTTPS interface.
        package var tls: CurlTLS?
        /// Files in `docker` that are read before ``configuration``.
        var files: [String] = []
        /// Retained, because the files are deleted with this object.
        var certificates: Certificates?

        /// Creates settings.
        package init(configuration: String? = nil, tls: CurlTLS? = nil) {
            self.configuration = configuration
            self.tls = tls
        }

        /// HTTPS and ACLs that deny by default, as in `docker/compose.secure.yml`.
        ///
        /// - Parameter token: The token with all permissions.
        package static func secure(_ certificates: Certificates, token: String) async throws -> Self {
            let identity = try await certificates.identity("consul", subjectAlternativeName: "IP:127.0.0.1")
            var settings = Self(
                configuration: """
                    {"cert_file": "\(identity.certificate)", "key_file": "\(identity.key)",
                     "acl": {"tokens": {"master": "\(token)", "agent": "\(token)"}}}
                    """,
                tls: CurlTLS(certificateAuthorityFile: certificates.certificateAuthorityFile))
            settings.files = ["secure/consul.hcl"]
            settings.certificates = certificates
            return settings
        }
    }

    private let settings: Settings
    /// The flags; nil for an agent that was not started by the tests.
    private let arguments: [String]?
    /// Contains the configuration, and the data of a member of a cluster.
    package let folder = FileManager.default.temporaryDirectory.appendingPathComponent("consul-\(UUID().uuidString)")
    package let process = ServerProcess("consul")

    /// The address of its HTTP interface, `host:port`.
    package let address: String

    /// The address with its scheme.
    package let url: String

    /// The address that other members of the cluster use, `host:port`.
    let member: String

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Creates an agent on free ports, without starting it. It loses its data when it ends.
    package convenience init(_ settings: Settings = .init()) throws {
        let ports = try Machine.freePorts(4)
        self.init(
            settings, port: ports[0], member: "127.0.0.1:\(ports[3])",
            arguments: [
                "-dev", "-bind", "127.0.0.1", "-serf-lan-port", "\(ports[1])", "-serf-wan-port", "\(ports[2])",
                "-server-port", "\(ports[3])",
            ])
    }

    /// Creates an agent, without starting it. It keeps its data unless it has the flag `-dev`.
    init(_ settings: Settings = .init(), port: Int, member: String, arguments: [String]) {
        self.settings = settings
        let web = settings.tls == nil ? ["-http-port", "\(port)"] : ["-http-port", "-1", "-https-port", "\(port)"]
        let data = arguments.contains("-dev") ? [] : ["-data-dir", folder.appendingPathComponent("data").path]
        self.arguments = arguments + web + data
        self.member = member
        address = "127.0.0.1:\(port)"
        url = "\(settings.tls == nil ? "http" : "https")://\(address)"
    }

    /// Uses an agent that is already running. It can neither be started nor ended.
    package init(external address: String) {
        settings = .init()
        arguments = nil
        member = address
        self.address = address
        url = "http://\(address)"
    }

    package var isExternal: Bool { arguments == nil }

    /// Starts the agent and waits until it listens, regardless of its responses.
    package func startUnverified() async throws {
        try launch()
        try await process.waitUntil { await isListening() }
    }

    package func launch() throws {
        guard let arguments else { throw externalServerError }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var all = ["agent", "-config-dir", DockerConfiguration.path("consul"), "-dns-port", "-1", "-grpc-port", "-1"]
        all += settings.files.flatMap { ["-config-file", DockerConfiguration.path($0)] }
        if let configuration = settings.configuration {
            let file = folder.appendingPathComponent("settings.json")
            try Data(configuration.utf8).write(to: file)
            all += ["-config-file", file.path]
        }
        try process.launch(all + arguments)
    }

    /// Sends a request to the agent, as `curl` does.
    package func request(
        _ path: String, method: String = "GET", body: String? = nil, token: String? = nil
    ) async throws -> (status: Int, text: String) {
        try await CurlTransfer.request(
            CurlRequest(
                method: method, url: "\(url)\(path)", headers: token.map { [("X-Consul-Token", $0)] } ?? [],
                body: body.map { Array($0.utf8) }),
            tls: settings.tls)
    }

    package func isHealthy() async -> Bool {
        let response = try? await request("/v1/status/leader")
        return response.map { $0.status == 200 && $0.text.contains(":") } ?? false
    }

    private func isListening() async -> Bool {
        do { _ = try await request("/v1/status/leader") } catch let error as CurlError {
            return error.kind != .couldNotConnect
        } catch { return false }
        return true
    }
}
