// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroConformance
import MicroCore
import MicroEtcd
import MicroHarnesses
import TestServers
import Testing

/// Makes harnesses for etcd servers: one without authentication, one with TLS and authentication.
enum EtcdHarnesses {
    /// Runs the body with harnesses whose watches detect a dead connection after three seconds instead of the default of
    /// 30 s, so that mutants fail soon.
    static func withAll(
        _ body: (_ plain: EtcdRegistryHarness, _ secured: EtcdRegistryHarness) async throws -> Void
    ) async throws {
        let (plain, certificates) = (try EtcdServer(), try await Certificates())
        let secured = try await securedServer(certificates)
        do {
            try await plain.start()
            try await secured.start()
            try await body(
                harness(plain, watchRenewalInterval: .seconds(3)),
                securedHarness(secured, certificates, watchRenewalInterval: .seconds(3)))
        } catch {
            await plain.kill()
            await secured.kill()
            throw error
        }
        await plain.kill()
        await secured.kill()
    }

    static let rootPassword = "correct-horse"

    static func securedServer(_ certificates: Certificates) async throws -> EtcdServer {
        let identity = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        let client = CurlTLS(certificateAuthorityFile: certificates.certificateAuthorityFile)
        return try EtcdServer(
            EtcdServer.Settings(tls: .init(identity: identity, client: client), rootPassword: rootPassword))
    }

    static func harness(
        _ server: EtcdServer, watchRenewalInterval: Duration? = nil,
        _ change: (inout RegistryBounds) -> Void = { _ in }
    ) async throws -> EtcdRegistryHarness {
        let configuration = configuration(server, watchRenewalInterval)
        var bounds = EtcdRegistryHarness.bounds(of: configuration)
        change(&bounds)
        // A server that the tests have not started must not be controlled.
        return try await EtcdRegistryHarness(
            configuration, bounds: bounds, control: EtcdServer.external == nil ? ServerControl(server) : nil)
    }

    static func securedHarness(
        _ server: EtcdServer, _ certificates: Certificates, watchRenewalInterval: Duration? = nil
    ) async throws -> EtcdRegistryHarness {
        var configuration = configuration(server, watchRenewalInterval)
        configuration.usesTLS = true
        configuration.tls.certificateAuthorityFile = certificates.certificateAuthorityFile
        configuration.user = "root"
        configuration.password = Secret(rootPassword)
        return try await EtcdRegistryHarness(configuration, control: ServerControl(server))
    }

    /// The default configuration: cases must pass with the intervals and timeouts that users have.
    private static func configuration(_ server: EtcdServer, _ watchRenewalInterval: Duration?) -> EtcdConfiguration {
        var configuration = EtcdConfiguration()
        configuration.address = server.address
        if let watchRenewalInterval { configuration.watchRenewalInterval = watchRenewalInterval }
        return configuration
    }
}
