// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import MicroHarnesses
import MicroKubernetes
import TestServers

/// Makes harnesses for Kubernetes API servers.
enum KubernetesHarnesses {
    /// A harness that speaks TLS with the server.
    static func harness(
        _ server: KubernetesServer, _ change: (inout RegistryBounds) -> Void = { _ in }
    ) async throws -> KubernetesRegistryHarness {
        let configuration = configuration(server)
        var bounds = KubernetesRegistryHarness.bounds(of: configuration)
        change(&bounds)
        return try await KubernetesRegistryHarness(
            configuration, bounds: bounds, control: KubernetesControl(server: server))
    }

    /// A harness whose clients read and write pods of go-micro.
    static func goMicroHarness(_ server: KubernetesServer) async throws -> KubernetesRegistryHarness {
        var configuration = configuration(server)
        configuration.goMicroPods = true
        return try await KubernetesRegistryHarness(configuration, control: KubernetesControl(server: server))
    }

    /// A harness that speaks plain HTTP with a relay in front of the server, as with `kubectl proxy`.
    static func plainHarness(_ relay: TLSRelay, _ server: KubernetesServer) async throws -> KubernetesRegistryHarness {
        var configuration = configuration(server)
        configuration.addresses = ["http://\(relay.address)"]
        configuration.tls.certificateAuthorityFile = nil
        return try await KubernetesRegistryHarness(configuration, control: KubernetesControl(server: server))
    }

    /// The default configuration: cases must pass with the intervals and timeouts that users have.
    private static func configuration(_ server: KubernetesServer) -> KubernetesConfiguration {
        var configuration = KubernetesConfiguration()
        configuration.address = server.url
        configuration.tls.certificateAuthorityFile = server.certificateAuthorityFile
        configuration.token = Secret(KubernetesServer.adminToken)
        return configuration
    }
}

/// Controls an API server and its etcd.
struct KubernetesControl: BackendControl {
    let server: KubernetesServer

    var actions: Set<BackendAction> { [.stop, .kill, .start, .pause, .resume, .wipe, .compact, .revoke] }

    func perform(_ action: BackendAction) async throws {
        switch action {
        case .stop: try await server.stop()
        case .kill: await server.kill()
        case .start: try await server.start()
        case .pause: server.signal(SIGSTOP)
        case .resume: server.signal(SIGCONT)
        case .wipe: try await server.wipe()
        case .compact: try await server.restartAPIServer()
        case .revoke: try await server.deleteLeases()
        case .revokeCredentials: throw TestServerError(description: "the harness revokes credentials")
        }
    }
}
