// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import CurlTransfer
package import Foundation
import TestSupport

/// A real Consul agent, started with the configuration that the container mounts: `docker/consul`.
///
/// However it ends, it forgets everything; a member of a cluster keeps its data.
package final class ConsulServer: ChildServer {
    /// What an agent has beside the configuration that all share.
    package struct Settings: Sendable {
        /// Further configuration, as JSON.
        package var configuration: String?
        /// To speak only HTTPS, and how its clients do.
        package var tls: CurlTLS?
        /// Files under `docker` that are read before.
        var files: [String] = []
        /// Kept, as their files go with them.
        var certificates: Certificates?

        /// Nothing.
        package init(configuration: String? = nil, tls: CurlTLS? = nil) {
            self.configuration = configuration
            self.tls = tls
        }

        /// HTTPS, and ACLs that deny by default, as in `docker/compose.secure.yml`.
        ///
        /// - Parameter token: The token that may do everything.
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
    /// The flags of the place; nil for an agent that runs already.
    private let arguments: [String]?
    /// For the configuration of the settings, and the data of a member of a cluster.
    package let folder = FileManager.default.temporaryDirectory.appendingPathComponent("consul-\(UUID().uuidString)")
    package let process = ServerProcess("consul")

    /// The address of its HTTP interface, `host:port`.
    package let address: String

    /// The address with its scheme.
    package let url: String

    /// The address by which other members of its cluster know it, `host:port`.
    let member: String

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// An agent on free ports, not started yet, that forgets everything when it ends.
    package convenience init(_ settings: Settings = .init()) throws {
        let ports = try Machine.freePorts(4)
        self.init(
            settings, port: ports[0], member: "127.0.0.1:\(ports[3])",
            arguments: [
                "-dev", "-bind", "127.0.0.1", "-serf-lan-port", "\(ports[1])", "-serf-wan-port", "\(ports[2])",
                "-server-port", "\(ports[3])",
            ])
    }

    /// An agent, not started yet. One that is not of `-dev` keeps its data.
    init(_ settings: Settings = .init(), port: Int, member: String, arguments: [String]) {
        self.settings = settings
        let web = settings.tls == nil ? ["-http-port", "\(port)"] : ["-http-port", "-1", "-https-port", "\(port)"]
        let data = arguments.contains("-dev") ? [] : ["-data-dir", folder.appendingPathComponent("data").path]
        self.arguments = arguments + web + data
        self.member = member
        address = "127.0.0.1:\(port)"
        url = "\(settings.tls == nil ? "http" : "https")://\(address)"
    }

    /// An agent that runs already. It can be asked, and neither started nor ended.
    package init(external address: String) {
        settings = .init()
        arguments = nil
        member = address
        self.address = address
        url = "http://\(address)"
    }

    package var isExternal: Bool { arguments == nil }

    /// Starts the agent and waits until it listens, whatever it answers.
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

    /// Asks the agent, as `curl` would.
    package func request(
        _ path: String, method: String = "GET", body: String? = nil, token: String? = nil
    ) async throws -> (status: Int, text: String) {
        try await CurlTransfer.request(
            CurlRequest(
                method: method, url: "\(url)\(path)", headers: token.map { [("X-Consul-Token", $0)] } ?? [],
                body: body.map { Array($0.utf8) }, timeout: .seconds(5)),
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
