// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import MicroHarnesses
import MicroRabbitMQ
import Synchronization
import TestServers

/// Makes harnesses for RabbitMQ servers: one without TLS, one with TLS and users.
enum RabbitMQHarnesses {
    static func harness(
        _ server: RabbitMQServer, _ delivery: DeliveryGuarantee,
        _ queueType: RabbitMQConfiguration.QueueType = .classic
    ) async throws -> RabbitMQBrokerHarness {
        var configuration = RabbitMQConfiguration()
        configuration.address = server.url
        configuration.queueType = queueType
        var bounds = RabbitMQBrokerHarness.bounds(of: configuration)
        // A server on a busy machine needs up to 10 s for its start.
        bounds.timeouts.recovery = .seconds(25)
        // A server that the tests have not started must not be controlled.
        return try await RabbitMQBrokerHarness(
            configuration, delivery: delivery, bounds: bounds,
            control: RabbitMQServer.external == nil ? ServerControl(server) : nil,
            counter: RabbitMQServer.external == nil ? counter(server) : nil)
    }

    static func transportHarness(_ server: RabbitMQServer) async throws -> RabbitMQTransportHarness {
        var configuration = RabbitMQConfiguration()
        configuration.address = server.url
        return try await RabbitMQTransportHarness(
            configuration, counter: RabbitMQServer.external == nil ? counter(server) : nil)
    }

    /// For the cases about TLS.
    static func securedTransportHarness(
        _ server: RabbitMQServer, _ certificates: Certificates
    ) async throws -> RabbitMQTransportHarness {
        var configuration = RabbitMQConfiguration()
        configuration.address = server.url
        configuration.certificateAuthorityFile = certificates.certificateAuthorityFile
        (configuration.user, configuration.password) = ("root", Secret(RabbitMQUsers.rootPassword))
        return try await RabbitMQTransportHarness(configuration, counter: counter(server))
    }

    static func securedServer(_ certificates: Certificates) async throws -> RabbitMQServer {
        var settings = try await RabbitMQServer.Settings.secure(certificates)
        settings.users = ["root": RabbitMQUsers.rootPassword]
        return try RabbitMQServer(settings)
    }

    static func securedHarness(
        _ server: RabbitMQServer, _ certificates: Certificates, _ delivery: DeliveryGuarantee
    ) async throws -> RabbitMQBrokerHarness {
        var configuration = RabbitMQConfiguration()
        configuration.address = server.url
        configuration.certificateAuthorityFile = certificates.certificateAuthorityFile
        (configuration.user, configuration.password) = ("root", Secret(RabbitMQUsers.rootPassword))
        var bounds = RabbitMQBrokerHarness.bounds(of: configuration)
        // After a refusal the adapter waits before it connects again.
        bounds.timeouts.recovery = .seconds(35)
        return try await RabbitMQBrokerHarness(
            configuration, delivery: delivery, bounds: bounds, control: ServerControl(server),
            counter: counter(server), principals: RabbitMQUsers(server))
    }

    private static func counter(_ server: RabbitMQServer) -> RabbitMQBrokerHarness.Counter {
        {
            let counts = try await server.resourceCounts()
            return ResourceCounts(subscriptions: counts.consumers, connections: counts.connections)
        }
    }
}

/// Adds users to a server.
final class RabbitMQUsers: PrincipalProvider {
    static let rootPassword = "correct-horse"

    private let server: RabbitMQServer
    private let users = Mutex<[String: String]>([:])
    private let revocable = Mutex<[String]>([])

    init(_ server: RabbitMQServer) { self.server = server }

    var secrets: [String] { [Self.rootPassword, "wrong-password"] + users.withLock { Array($0.values) } }

    func principal(for credentials: CredentialKind) async throws -> Principal {
        switch credentials {
        case .valid: return Principal(user: "root", secret: Secret(Self.rootPassword))
        case .wrong: return Principal(user: "unknown", secret: Secret("wrong-password"))
        case .unprivileged: return try await addUser("unprivileged", permissions: "^$")
        case .revocable:
            let principal = try await addUser("revocable", permissions: ".*")
            revocable.withLock { $0.append(principal.user) }
            return principal
        }
    }

    private func addUser(_ prefix: String, permissions: String) async throws -> Principal {
        let (user, password) = ("\(prefix)-\(UUID().uuidString.prefix(8))", UUID().uuidString)
        users.withLock { $0[user] = password }
        try await server.addUser(user, password: password, permissions: permissions)
        return Principal(user: user, secret: Secret(password))
    }

    func revoke() async throws {
        let revoked = revocable.withLock { users in
            defer { users = [] }
            return users
        }
        for user in revoked { try await server.deleteUser(user) }
    }
}
