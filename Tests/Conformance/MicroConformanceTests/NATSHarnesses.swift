// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import MicroHarnesses
import MicroNATS
import Synchronization
import TestServers

/// Harnesses on NATS servers of their own: one without authentication, one with TLS and users.
enum NATSHarnesses {
    static func harness(
        _ server: NATSServer, _ delivery: DeliveryGuarantee, overWebSocket: Bool = false,
        _ change: (inout BrokerBounds) -> Void = { _ in }
    ) async throws -> NATSBrokerHarness {
        let configuration = configuration(overWebSocket ? server.webSocketURL : server.url)
        var bounds = NATSBrokerHarness.bounds(of: configuration)
        change(&bounds)
        // One that was not started here is not ours to end.
        return try await NATSBrokerHarness(
            configuration, delivery: delivery, bounds: bounds,
            control: NATSServer.external == nil ? ServerControl(server) : nil, monitoring: server.monitoringAddress)
    }

    static func transportHarness(_ server: NATSServer) async throws -> NATSTransportHarness {
        try await NATSTransportHarness(configuration(server.url), monitoring: server.monitoringAddress)
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
        // Who was refused waits before he asks again.
        bounds.timeouts.recovery = .seconds(25)
        return try await NATSBrokerHarness(
            configuration, delivery: delivery, bounds: bounds, control: ServerControl(server),
            monitoring: server.monitoringAddress, principals: NATSUsers(server))
    }

    private static func configuration(_ address: String) -> NATSConfiguration {
        var configuration = NATSConfiguration()
        configuration.address = address
        // A dead connection is noticed after this time and the timeout: cases wait for it.
        configuration.pingInterval = .seconds(2)
        configuration.timeout = .seconds(3)
        return configuration
    }
}

/// The users of a server, which are in its configuration.
final class NATSUsers: NATSPrincipals {
    static let rootPassword = "correct-horse"
    private static let unprivilegedPassword = "battery-staple"

    private let server: NATSServer
    private let revocable = Mutex<[String: String]>([:])

    init(_ server: NATSServer) { self.server = server }

    var secrets: [String] {
        [Self.rootPassword, Self.unprivilegedPassword, "wrong-password"] + revocable.withLock { Array($0.values) }
    }

    func login(for credentials: CredentialKind) async throws -> (user: String, password: Secret) {
        switch credentials {
        case .valid: return ("root", Secret(Self.rootPassword))
        case .wrong: return ("nobody", Secret("wrong-password"))
        case .unprivileged: return ("powerless", Secret(Self.unprivilegedPassword))
        case .revocable:
            let (user, password) = ("revocable-\(UUID().uuidString.prefix(8))", UUID().uuidString)
            let all = revocable.withLock { revocable in
                revocable[user] = password
                return revocable
            }
            try await server.reconfigure(Self.configuration(revocable: all.map { ($0.key, $0.value) }))
            return (user, Secret(password))
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
                "{ user: powerless, password: \"\(unprivilegedPassword)\", permissions: "
                    + "{ publish: { deny: \">\" }, subscribe: { deny: \">\" } } }",
            ] + revocable.map { "{ user: \"\($0.user)\", password: \"\($0.password)\" }" }
        return "authorization { users: [\(users.joined(separator: ", "))] }"
    }
}
