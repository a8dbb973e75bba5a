// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroConformance
import MicroConsul
import MicroCore
import MicroHarnesses
import TestServers

/// Makes harnesses for Consul agents: one without ACLs, one with TLS and ACLs.
enum ConsulHarnesses {
    private static let token = "5f1b6c3e-2f57-4b57-9d0c-1a2b3c4d5e6f"

    static func harness(
        _ server: ConsulServer, _ change: (inout RegistryBounds) -> Void = { _ in }
    ) async throws -> ConsulRegistryHarness {
        let configuration = configuration(server)
        var bounds = ConsulRegistryHarness.bounds(of: configuration)
        change(&bounds)
        // A server that the tests have not started must not be controlled.
        return try await ConsulRegistryHarness(
            configuration, bounds: bounds, control: ConsulServer.external == nil ? ServerControl(server) : nil)
    }

    static func securedServer(_ certificates: Certificates) async throws -> ConsulServer {
        let identity = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        return try ConsulServer(
            ConsulServer.Settings(
                configuration: """
                    {"cert_file": "\(identity.certificate)", "key_file": "\(identity.key)",
                     "acl": {"enabled": true, "default_policy": "deny", "enable_token_persistence": false,
                             "tokens": {"master": "\(token)", "agent": "\(token)"}}}
                    """,
                tls: CurlTLS(certificateAuthorityFile: certificates.certificateAuthorityFile)))
    }

    static func securedHarness(
        _ server: ConsulServer, _ certificates: Certificates
    ) async throws -> ConsulRegistryHarness {
        var configuration = configuration(server)
        configuration.usesTLS = true
        configuration.tls.certificateAuthorityFile = certificates.certificateAuthorityFile
        configuration.token = Secret(token)
        return try await ConsulRegistryHarness(configuration, control: ServerControl(server))
    }

    /// The default configuration: cases must pass with the intervals and timeouts that users have.
    private static func configuration(_ server: ConsulServer) -> ConsulConfiguration {
        var configuration = ConsulConfiguration()
        configuration.address = server.address
        return configuration
    }
}
