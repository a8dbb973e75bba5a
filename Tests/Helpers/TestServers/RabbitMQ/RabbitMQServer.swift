// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Foundation
import TestSupport

/// A RabbitMQ server with the configuration of the container: `docker/rabbitmq/rabbitmq.conf`.
///
/// Its data is in a temporary folder that is deleted with this object. Erlang's port mapper, which the server needs to
/// start, is a separate child process.
package final class RabbitMQServer: ChildServer {
    /// The settings of a server in addition to the shared configuration.
    package struct Settings: Sendable {
        /// The server's certificate and key; nil for plain TCP.
        package var identity: Certificates.Identity?
        /// The authority of the clients' certificates. If set, a client can log in with the distinguished name of its
        /// certificate.
        package var clientAuthorityFile: String?
        /// Users and their passwords in addition to `guest`, with all permissions.
        package var users: [String: String] = [:]
        /// Further lines of the configuration.
        package var configuration = ""
        /// Retained, because the files are deleted with this object.
        var certificates: Certificates?

        /// Creates settings.
        package init(configuration: String = "") { self.configuration = configuration }

        /// TLS, with login by client certificates.
        package static func secure(_ certificates: Certificates) async throws -> Self {
            var settings = Self()
            settings.identity = try await certificates.identity("rabbitmq", subjectAlternativeName: "IP:127.0.0.1")
            settings.clientAuthorityFile = certificates.certificateAuthorityFile
            settings.certificates = certificates
            return settings
        }
    }

    /// The name of the Erlang node.
    private let node: String
    private let settings: Settings
    /// The ports for clients, for other nodes, and of the port mapper; nil for a server that was not started by the tests.
    private let ports: (client: Int, distribution: Int, mapper: Int)?
    private let portMapper = ServerProcess("epmd")
    package let process = ServerProcess(backend.program)
    /// Contains the configuration and the data.
    package let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rabbitmq-\(UUID().uuidString)")

    /// The address for clients, `host:port`.
    package let address: String

    /// The address with its scheme, `amqp://` or `amqps://`.
    package let url: String

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Creates a server on free ports, without starting it.
    package init(_ settings: Settings = .init()) throws {
        let ports = try Machine.freePorts(3)
        self.settings = settings
        self.ports = (ports[0], ports[1], ports[2])
        node = "r-\(ports[0])@localhost"
        address = "127.0.0.1:\(ports[0])"
        url = "\(settings.identity == nil ? "amqp" : "amqps")://\(address)"
    }

    /// Uses a server that is already running. It can neither be started nor ended.
    package init(external address: String) {
        settings = .init()
        ports = nil
        node = ""
        self.address = address
        url = "amqp://\(address)"
    }

    // MARK: Lifecycle

    package var isExternal: Bool { ports == nil }

    package func launch() throws {
        guard let ports else { throw externalServerError }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if portMapper.id == nil { try portMapper.launch(["-port", "\(ports.mapper)", "-address", "127.0.0.1"]) }
        try write(configurationText(ports.client), to: "rabbitmq.conf")
        try write(
            "[\(settings.clientAuthorityFile == nil ? "" : "rabbitmq_auth_mechanism_ssl")].", to: "enabled_plugins")
        try write("", to: "env")
        try process.launch(environment: environment(ports))
    }

    private func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(file))
    }

    private func configurationText(_ port: Int) throws -> String {
        var lines = [try String(contentsOfFile: DockerConfiguration.path("rabbitmq/rabbitmq.conf"), encoding: .utf8)]
        if let identity = settings.identity {
            lines += [
                "listeners.tcp = none", "listeners.ssl.1 = 127.0.0.1:\(port)",
                "ssl_options.certfile = \(identity.certificate)", "ssl_options.keyfile = \(identity.key)",
            ]
        } else {
            lines.append("listeners.tcp.1 = 127.0.0.1:\(port)")
        }
        if let authority = settings.clientAuthorityFile {
            lines += [
                "ssl_options.cacertfile = \(authority)", "ssl_options.verify = verify_peer",
                "ssl_options.fail_if_no_peer_cert = false", "auth_mechanisms.1 = PLAIN",
                "auth_mechanisms.2 = EXTERNAL", "ssl_cert_login_from = distinguished_name",
            ]
        }
        return (lines + [settings.configuration, ""]).joined(separator: "\n")
    }

    private func environment(_ ports: (client: Int, distribution: Int, mapper: Int)) -> [String: String] {
        [
            // The start script runs the server with `exec`, so that signals reach it.
            "RUNNING_UNDER_SYSTEMD": "true",
            "HOME": folder.path,
            "RABBITMQ_NODENAME": node,
            "RABBITMQ_MNESIA_BASE": folder.appendingPathComponent("data").path,
            "RABBITMQ_LOG_BASE": folder.appendingPathComponent("log").path,
            "RABBITMQ_CONFIG_FILE": folder.appendingPathComponent("rabbitmq.conf").path,
            "RABBITMQ_ADVANCED_CONFIG_FILE": folder.appendingPathComponent("advanced.config").path,
            "RABBITMQ_GENERATED_CONFIG_DIR": folder.appendingPathComponent("generated").path,
            "RABBITMQ_ENABLED_PLUGINS_FILE": folder.appendingPathComponent("enabled_plugins").path,
            "RABBITMQ_CONF_ENV_FILE": folder.appendingPathComponent("env").path,
            "RABBITMQ_PID_FILE": folder.appendingPathComponent("pid").path,
            "RABBITMQ_DIST_PORT": "\(ports.distribution)",
            "ERL_EPMD_PORT": "\(ports.mapper)",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        ]
    }

    package func prepare() async throws {
        guard !settings.users.isEmpty else { return }
        // After a restart the users are still there.
        let known = Set(
            try await control("list_users").split(separator: "\n").compactMap { $0.split(separator: "\t").first })
        for (user, password) in settings.users where !known.contains(user[...]) {
            try await addUser(user, password: password)
        }
    }

    package func end() async {
        await process.kill()
        await portMapper.kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Whether the server responds to the protocol header with `Connection.Start`. Its port opens earlier.
    package func isHealthy() async -> Bool {
        guard settings.identity == nil else {
            return (try? await control("check_port_connectivity", program: "rabbitmq-diagnostics")) != nil
        }
        guard let port = address.split(separator: ":").last.flatMap({ Int($0) }),
            let socket = try? RawSocket(port: port)
        else { return false }
        socket.write([0x41, 0x4D, 0x51, 0x50, 0, 0, 9, 1])
        guard case .bytes(let bytes) = socket.read(within: .seconds(2)) else { return false }
        return bytes.first == 1
    }

    // MARK: Administration

    /// Runs `rabbitmqctl` and returns its output.
    @discardableResult
    package func control(_ arguments: String..., program: String = "rabbitmqctl") async throws -> String {
        // Debian's scripts on the PATH switch to the user rabbitmq, who cannot read this server's Erlang cookie.
        guard let ports, let path = Machine.path(of: "/usr/lib/rabbitmq/bin/\(program)") ?? Machine.path(of: program)
        else { throw externalServerError }
        let child = try ChildProcess(path, ["-q"] + arguments, environment: environment(ports))
        guard await child.exitStatus(within: .seconds(60)) == 0 else {
            throw TestServerError(description: "\(program) \(arguments.first ?? "") failed: \(child.text)")
        }
        return child.text
    }

    /// Adds a user.
    ///
    /// - Parameter permissions: The pattern of the names that it may configure, write and read.
    package func addUser(_ user: String, password: String, permissions: String = ".*") async throws {
        try await control("add_user", user, password)
        try await control("set_permissions", user, permissions, permissions, permissions)
    }

    /// Deletes a user, whose connections the server closes.
    package func deleteUser(_ user: String) async throws { try await control("delete_user", user) }

    /// Starts or ends the memory alarm: the server stops reading from connections that publish.
    package func setAlarm(_ isActive: Bool) async throws {
        try await control("set_vm_memory_high_watermark", isActive ? "0.0001" : "0.8")
    }

    /// The connections, consumers and queues of the server.
    package func resourceCounts() async throws -> (connections: Int, consumers: Int, queues: Int) {
        // One call takes half a second: the expression returns all numbers.
        let text = try await control(
            "eval",
            "{length(rabbit_networking:connections()), length(rabbit_amqqueue:consumers_all(<<\"/\">>)), "
                + "length(rabbit_amqqueue:list())}.")
        let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count == 3 else { throw TestServerError(description: "unexpected counts: \(text)") }
        return (numbers[0], numbers[1], numbers[2])
    }
}
