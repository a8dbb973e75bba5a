// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import MicroHarnesses
import MicroNATS
import Synchronization
import TestServers

/// Makes harnesses for NATS servers: one without authentication, one with TLS and users.
enum NATSHarnesses {
    static func harness(
        _ server: NATSServer, _ delivery: DeliveryGuarantee, overWebSocket: Bool = false,
        _ change: (inout BrokerBounds) -> Void = { _ in }
    ) async throws -> NATSBrokerHarness {
        let configuration = configuration(overWebSocket ? server.webSocketURL : server.url)
        var bounds = NATSBrokerHarness.bounds(of: configuration)
        change(&bounds)
        // A server that the tests have not started must not be controlled.
        return try await NATSBrokerHarness(
            configuration, delivery: delivery, bounds: bounds,
            control: NATSServer.external == nil ? ServerControl(server) : nil, monitoring: monitoring(of: server))
    }

    static func transportHarness(_ server: NATSServer) async throws -> NATSTransportHarness {
        try await NATSTransportHarness(configuration(server.url), monitoring: monitoring(of: server))
    }

    /// Nil for a server that several suites share: what others use must not be counted.
    private static func monitoring(of server: NATSServer) -> String? {
        NATSServer.external == nil ? server.monitoringAddress : nil
    }

    static func securedServer(_ certificates: Certificates) async throws -> NATSServer {
        var settings = try await NATSServer.Settings.secure(certificates)
        settings.configuration = NATSUsers.configuration(revocable: [])
        return try NATSServer(settings)
    }

    static func securedHarness(
        _ server: NATSServer, _ certificates: Certificates, _ delivery: DeliveryGuarantee
    ) async throws -> NATSBrokerHarness {
        var configuration = configuration(server.url)
        configuration.certificateAuthorityFile = certificates.certificateAuthorityFile
        (configuration.user, configuration.password) = ("root", Secret(NATSUsers.rootPassword))
        var bounds = NATSBrokerHarness.bounds(of: configuration)
        // After a refusal the adapter waits before it connects again.
        bounds.timeouts.recovery = .seconds(25)
        return try await NATSBrokerHarness(
            configuration, delivery: delivery, bounds: bounds, control: ServerControl(server),
            monitoring: server.monitoringAddress, principals: NATSUsers(server))
    }

    /// The default configuration: cases must pass with the intervals and timeouts that users have.
    private static func configuration(_ address: String) -> NATSConfiguration {
        var configuration = NATSConfiguration()
        configuration.address = address
        return configuration
    }
}

/// Adds users to the configuration of a server.
final class NATSUsers: PrincipalProvider {
    static let rootPassword = "correct-horse"
    private static let unprivilegedPassword = "battery-staple"

    private let server: NATSServer
    private let revocable = Mutex<[String: String]>([:])

    init(_ server: NATSServer) { self.server = server }

    var secrets: [String] {
        [Self.rootPassword, Self.unprivilegedPassword, "wrong-password"] + revocable.withLock { Array($0.values) }
    }

    func principal(for credentials: CredentialKind) async throws -> Principal {
        switch credentials {
        case .valid: return Principal(user: "root", secret: Secret(Self.rootPassword))
        case .wrong: return Principal(user: "unknown", secret: Secret("wrong-password"))
        case .unprivileged: return Principal(user: "unprivileged", secret: Secret(Self.unprivilegedPassword))
        case .revocable:
            let (user, password) = ("revocable-\(UUID().uuidString.prefix(8))", UUID().uuidString)
            let all = revocable.withLock { revocable in
                revocable[user] = password
                return revocable
            }
            try await server.reconfigure(Self.configuration(revocable: all.map { ($0.key, $0.value) }))
            return Principal(user: user, secret: Secret(password))
        }
    }

    func revoke() async throws {
        revocable.withLock { $0 = [:] }
        try await server.reconfigure(Self.configuration(revocable: []))
    }

    static func configuration(revocable: [(user: String, password: String)]) -> String {
        let users =
            [
                "{ user: root, password: \"\(rootPassword)\" }",
                "{ user: unprivileged, password: \"\(unprivilegedPassword)\", permissions: "
                    + "{ publish: { deny: \">\" }, subscribe: { deny: \">\" } } }",
            ] + revocable.map { "{ user: \"\($0.user)\", password: \"\($0.password)\" }" }
        return "authorization { users: [\(users.joined(separator: ", "))] }"
    }
}
