// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
package import Foundation
import Synchronization
import TestSupport

/// A NATS server with the configuration of the container: `docker/nats/nats.conf`.
///
/// It listens on TCP and on WebSockets, and has JetStream. JetStream's data is in a temporary folder that is deleted with
/// this object.
package final class NATSServer: ChildServer {
    private let settings: Mutex<Settings>
    /// The file in `docker` with the shared configuration, and its variables; nil for a server that was not started by the
    /// tests.
    private let launchOptions: (file: String, variables: [String: String])?
    package let process = ServerProcess(backend.program)
    /// Contains the configuration and the data.
    package let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nats-\(UUID().uuidString)")

    /// The address of the TCP listener, `host:port`.
    package let address: String

    /// The address with its scheme, `nats://` or `tls://`.
    package let url: String

    /// The address of the WebSocket listener: `ws://host:port` or `wss://host:port`.
    package let webSocketURL: String

    /// The address of the monitoring, `host:port`.
    package let monitoringAddress: String

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Creates a server on free ports, without starting it.
    package convenience init(_ settings: Settings = .init()) throws {
        let ports = try Machine.freePorts(3)
        var variables: [String: String] = [:]
        if let identity = settings.tls?.identity {
            variables = ["NATS_SERVER_CERTIFICATE": identity.certificate, "NATS_SERVER_KEY": identity.key]
        }
        self.init(
            settings, file: settings.tls == nil ? "nats/nats.conf" : "secure/nats.conf", ports: ports,
            variables: variables)
    }

    /// Creates a server, without starting it.
    ///
    /// - Parameter ports: The ports for TCP, WebSockets and monitoring.
    init(_ settings: Settings = .init(), file: String, ports: [Int], variables: [String: String]) {
        let common = [
            "NATS_HOST": "127.0.0.1", "NATS_PORT": "\(ports[0])", "NATS_WEBSOCKET_PORT": "\(ports[1])",
            "NATS_MONITORING_PORT": "\(ports[2])", "NATS_DATA": folder.appendingPathComponent("data").path,
        ]
        self.settings = Mutex(settings)
        launchOptions = (file, common.merging(variables) { $1 })
        address = "127.0.0.1:\(ports[0])"
        url = "\(settings.tls == nil ? "nats" : "tls")://\(address)"
        webSocketURL = "\(settings.tls == nil ? "ws" : "wss")://127.0.0.1:\(ports[1])"
        monitoringAddress = "127.0.0.1:\(ports[2])"
    }

    /// Uses a server that is already running, with the other ports of `docker/compose.yml`. It can neither be started nor
    /// ended.
    package init(external address: String) {
        let host = address.split(separator: ":").first ?? "127.0.0.1"
        settings = Mutex(.init())
        launchOptions = nil
        self.address = address
        url = "nats://\(address)"
        webSocketURL = "ws://\(host):9222"
        monitoringAddress = "\(host):8222"
    }

    // MARK: Lifecycle

    package var isExternal: Bool { launchOptions == nil }

    package func launch() throws {
        guard let launchOptions else { throw externalServerError }
        let file = try writeConfiguration(launchOptions.file)
        try process.launch(
            ["-c", file.path] + settings.withLock(\.credentialFlags), environment: launchOptions.variables)
    }

    private func writeConfiguration(_ shared: String) throws -> URL {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("nats.conf")
        let text = settings.withLock { $0.text(including: DockerConfiguration.path(shared), from: folder) }
        try Data(text.utf8).write(to: file)
        return file
    }

    /// Replaces the further configuration while the server runs, and waits until it takes effect.
    package func reconfigure(_ configuration: String) async throws {
        guard let launchOptions else { throw externalServerError }
        settings.withLock { $0.configuration = configuration }
        _ = try writeConfiguration(launchOptions.file)
        let before = try await variables().configLoadTime
        process.signal(SIGHUP)
        guard await eventually({ (try? await variables().configLoadTime) != before }) else {
            throw TestServerError(description: "the NATS at \(address) did not load the new configuration")
        }
    }

    /// Starts the graceful shutdown: the server notifies its clients, and after a second closes their connections one
    /// after another.
    package func enterLameDuckMode() { process.signal(SIGUSR2) }

    // MARK: Monitoring

    /// Requests a path of the monitoring, such as `/varz`.
    package func request(_ path: String) async throws -> (status: Int, text: String) {
        try await CurlTransfer.request(
            CurlRequest(url: "http://\(monitoringAddress)\(path)"), tls: nil)
    }

    /// The open resources of clients.
    package func resourceCounts() async throws -> ResourceCounts {
        let clients = try await fetch("/connz?limit=10000", Connz.self).connections
        // The number is missing without JetStream.
        let consumers = try await fetch("/jsz", JetStream.self).consumers
        return ResourceCounts(
            connections: clients.count, subscriptions: clients.reduce(0) { $0 + ($1.subscriptions ?? 0) },
            consumers: consumers ?? 0)
    }

    /// The number of messages that clients have sent since the start.
    package func messagesReceived() async throws -> Int { try await variables().inMsgs }

    /// The server's state.
    func variables() async throws -> Varz { try await fetch("/varz", Varz.self) }

    private func fetch<Response: Decodable>(_ path: String, _ type: Response.Type) async throws -> Response {
        let (status, text) = try await request(path)
        guard status == 200 else {
            throw TestServerError(description: "NATS at \(monitoringAddress), \(path): \(status) \(text)")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(text.utf8))
    }

    package func isHealthy() async -> Bool { (try? await request("/healthz"))?.status == 200 }
}

extension NATSServer {
    /// The open resources of clients.
    package struct ResourceCounts: Sendable, Hashable {
        /// Client connections.
        package var connections: Int
        /// Subscriptions of the connections.
        package var subscriptions: Int
        /// JetStream consumers.
        package var consumers: Int
    }

    private struct Connz: Decodable {
        struct Client: Decodable { let subscriptions: Int? }
        let connections: [Client]
    }

    private struct JetStream: Decodable { let consumers: Int? }

    struct Varz: Decodable {
        struct JetStream: Decodable { let meta: Meta? }
        struct Meta: Decodable { let leader: String? }
        let serverName: String
        let configLoadTime: String
        let inMsgs: Int
        let jetstream: JetStream?
    }
}
