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
    static func withAll(
        _ body: (_ plain: EtcdRegistryHarness, _ secured: EtcdRegistryHarness) async throws -> Void
    ) async throws {
        let (plain, certificates) = (try EtcdServer(), try await Certificates())
        let secured = try await securedServer(certificates)
        do {
            try await plain.start()
            try await secured.start()
            try await body(harness(plain), securedHarness(secured, certificates))
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
        _ server: EtcdServer, _ change: (inout RegistryBounds) -> Void = { _ in }
    ) async throws -> EtcdRegistryHarness {
        let configuration = configuration(server)
        var bounds = EtcdRegistryHarness.bounds(of: configuration)
        change(&bounds)
        // A server that the tests have not started must not be controlled.
        return try await EtcdRegistryHarness(
            configuration, bounds: bounds, control: EtcdServer.external == nil ? ServerControl(server) : nil)
    }

    static func securedHarness(
        _ server: EtcdServer, _ certificates: Certificates
    ) async throws -> EtcdRegistryHarness {
        var configuration = configuration(server)
        configuration.usesTLS = true
        configuration.tls.certificateAuthorityFile = certificates.certificateAuthorityFile
        configuration.user = "root"
        configuration.password = Secret(rootPassword)
        return try await EtcdRegistryHarness(configuration, control: ServerControl(server))
    }

    private static func configuration(_ server: EtcdServer) -> EtcdConfiguration {
        var configuration = EtcdConfiguration()
        configuration.address = server.address
        // A dead connection is detected after this time. Cases wait for it.
        configuration.watchRenewalInterval = .seconds(3)
        return configuration
    }
}
