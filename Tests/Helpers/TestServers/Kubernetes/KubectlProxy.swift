// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestSupport
package import Testing

/// `kubectl proxy` in front of an API server, a child process: it accepts plain HTTP, and adds the administrator's token.
package final class KubectlProxy: Sendable {
    private static let backend = Backend("kubectl", source: "https://kubernetes.io/docs/tasks/tools")

    private let process = ServerProcess("kubectl")
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kubectl-\(UUID().uuidString)")
    private let port: Int

    /// Starts the program, and waits until it forwards requests.
    package init(to server: KubernetesServer) async throws {
        port = try Machine.freePorts(1)[0]
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("config")
        let kubeconfig = """
            apiVersion: v1
            kind: Config
            current-context: test
            clusters: [{name: test, cluster: {certificate-authority: "\(server.certificateAuthorityFile)", server: "\(server.url)"}}]
            contexts: [{name: test, context: {cluster: test, user: test}}]
            users: [{name: test, user: {token: \(KubernetesServer.adminToken)}}]
            """
        try Data(kubeconfig.utf8).write(to: file)
        try process.launch(["proxy", "--kubeconfig", file.path, "--port", "\(port)"])
        try await process.waitUntil { await isReady() }
    }

    /// The address, with the scheme `http`.
    package var url: String { "http://127.0.0.1:\(port)" }

    /// Ends the process.
    package func end() async {
        await process.kill()
        try? FileManager.default.removeItem(at: folder)
    }

    private func isReady() async -> Bool {
        let request = CurlRequest(method: "GET", url: "\(url)/readyz")
        return (try? await CurlTransfer.request(request, tls: CurlTLS()))?.status == 200
    }

    /// Enables tests that start the program.
    static var launchCondition: ConditionTrait { backend.launchCondition }
}

extension Trait where Self == ConditionTrait {
    /// Enables tests if kubectl is available or required.
    package static var requiresKubectl: Self { KubectlProxy.launchCondition }
}
