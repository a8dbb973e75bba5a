// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
package import Foundation
import Synchronization
import TestSupport

/// A real NATS server, started with the configuration that the container mounts: `docker/nats/nats.conf`.
///
/// It speaks NATS over TCP and over WebSockets, and has JetStream. What JetStream keeps is in a temporary folder: it
/// goes with this object.
package final class NATSServer: ChildServer {
    private let settings: Mutex<Settings>
    /// The file under `docker` that it begins with, and its variables; nil for a server that runs already.
    private let launchOptions: (file: String, variables: [String: String])?
    package let process = ServerProcess(backend.program)
    /// For the configuration of the settings, and the data.
    package let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nats-\(UUID().uuidString)")

    /// Where it speaks NATS, `host:port`.
    package let address: String

    /// The address with its scheme, `nats://` or `tls://`.
    package let url: String

    /// Where it speaks NATS over HTTP: `ws://host:port` or `wss://host:port`.
    package let webSocketURL: String

    /// Where it tells what it does, `host:port`.
    package let monitoringAddress: String

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A server on free ports, not started yet.
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

    /// A server, not started yet.
    ///
    /// - Parameter ports: For NATS, for NATS over HTTP, and for questions about what it does.
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

    /// A server that runs already, whose other ports are those of `docker/compose.yml`. It can be asked, and neither
    /// started nor ended.
    package init(external address: String) {
        let host = address.split(separator: ":").first ?? "127.0.0.1"
        settings = Mutex(.init())
        launchOptions = nil
        self.address = address
        url = "nats://\(address)"
        webSocketURL = "ws://\(host):9222"
        monitoringAddress = "\(host):8222"
    }

    // MARK: Life

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

    /// Replaces the further configuration while it runs, and waits until it is in force.
    package func reconfigure(_ configuration: String) async throws {
        guard let launchOptions else { throw externalServerError }
        settings.withLock { $0.configuration = configuration }
        _ = try writeConfiguration(launchOptions.file)
        let before = try await variables().configLoadTime
        process.signal(SIGHUP)
        guard await eventually({ (try? await variables().configLoadTime) != before }) else {
            throw TestServerError(description: "the NATS at \(address) did not take a new configuration")
        }
    }

    /// Lets it tell its clients that it will end, and end: it closes their connections after a second, one after the
    /// other.
    package func enterLameDuckMode() { process.signal(SIGUSR2) }

    // MARK: Questions

    /// Gets a path of its monitoring, such as `/varz`.
    package func request(_ path: String) async throws -> (status: Int, text: String) {
        try await CurlTransfer.request(
            CurlRequest(url: "http://\(monitoringAddress)\(path)", timeout: .seconds(5)), tls: nil)
    }

    /// What clients have open at it now.
    package func resourceCounts() async throws -> ResourceCounts {
        let clients = try await fetch("/connz?limit=10000", Connz.self).connections
        // Without JetStream there is no number.
        let consumers = try await fetch("/jsz", JetStream.self).consumers
        return ResourceCounts(
            connections: clients.count, subscriptions: clients.reduce(0) { $0 + ($1.subscriptions ?? 0) },
            consumers: consumers ?? 0)
    }

    /// How many messages clients have sent to it since it was started.
    package func messagesReceived() async throws -> Int { try await variables().inMsgs }

    /// What it tells about itself.
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
    /// What clients have open at a server.
    package struct ResourceCounts: Sendable, Hashable {
        /// Connections of clients.
        package var connections: Int
        /// Subscriptions of those connections.
        package var subscriptions: Int
        /// Consumers of JetStream.
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
