// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestSupport
package import Testing

/// A Kubernetes API server with its own etcd, both child processes.
///
/// It supports only TLS. Its data is in a temporary folder that is deleted with this object. Unlike other test servers,
/// it consists of two processes and is therefore not a `ChildServer`.
package final class KubernetesServer: SuiteServer {
    /// The token of a user with all permissions.
    package static let adminToken = "correct-horse-battery"
    /// The token of a user without permissions.
    package static let userToken = "plain-user-token"

    private let apiServer = ServerProcess("kube-apiserver")
    private let etcd = ServerProcess("etcd")
    private let certificates: Certificates
    private let identity: Certificates.Identity
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "kubernetes-\(UUID().uuidString)")
    /// The port for clients.
    package let port: Int
    private let etcdPorts: [Int]
    private let arguments: [String]

    /// Creates a server on free ports, without starting it.
    ///
    /// - Parameter arguments: Further arguments of the API server.
    package init(arguments: [String] = []) async throws {
        let ports = try Machine.freePorts(3)
        (port, etcdPorts, self.arguments) = (ports[0], Array(ports[1...]), arguments)
        certificates = try await Certificates()
        identity = try await certificates.identity("kubernetes", subjectAlternativeName: "IP:127.0.0.1,IP:10.0.0.1")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let tokens = "\(Self.adminToken),admin,1,system:masters\n\(Self.userToken),plain-user,2\n"
        try Data(tokens.utf8).write(to: folder.appendingPathComponent("tokens.csv"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The address for clients, `host:port`.
    package var address: String { "127.0.0.1:\(port)" }

    /// The address with its scheme.
    package var url: String { "https://\(address)" }

    /// The path of the authority of the server's certificate.
    package var certificateAuthorityFile: String { certificates.certificateAuthorityFile }

    /// The process IDs of the API server and etcd; nil for one that does not run.
    package var processIDs: [Int32?] { [apiServer.id, etcd.id] }

    // MARK: Lifecycle

    /// Starts the processes that are not running, and waits until the API server serves requests.
    package func start() async throws {
        try launch()
        try await apiServer.waitUntil { await isReady() }
    }

    /// Stops the API server (`SIGTERM`), then etcd. The API server would keep watches open for almost a minute without
    /// sending anything, so it is killed once it accepts no more connections.
    package func stop() async throws {
        apiServer.signal(SIGTERM)
        _ = await eventually { await !acceptsConnections() }
        await apiServer.kill()
        try await etcd.stop()
    }

    /// Sends `SIGTERM` only to the API server, which keeps watches open without sending anything.
    package func terminateAPIServer() { apiServer.signal(SIGTERM) }

    /// Kills both with `SIGKILL`.
    package func kill() async {
        await apiServer.kill()
        await etcd.kill()
    }

    /// Stops (`SIGSTOP`) or continues (`SIGCONT`) only etcd. The API server responds from its cache, and sends bookmarks.
    package func signalEtcd(_ signal: Int32) { etcd.signal(signal) }

    /// Kills only etcd, with `SIGKILL`.
    package func killEtcd() async { await etcd.kill() }

    /// A client certificate of the user `certificate-user`, with all permissions, that the server accepts.
    package func clientIdentity() async throws -> Certificates.Identity {
        try await Self.clientIdentity(certificates)
    }

    /// A client certificate with the same name and permissions, but of an authority that the server does not trust.
    ///
    /// - Returns: The certificate, and the authority, whose files exist as long as this object.
    package static func untrustedClientIdentity() async throws -> (Certificates.Identity, Certificates) {
        let certificates = try await Certificates()
        return (try await clientIdentity(certificates), certificates)
    }

    private static func clientIdentity(_ certificates: Certificates) async throws -> Certificates.Identity {
        try await certificates.identity(
            "client", subjectAlternativeName: "DNS:client", subject: "/O=system:masters/CN=certificate-user")
    }

    /// Kills the API server and starts it again. It cannot continue earlier watches.
    package func restartAPIServer() async throws {
        await apiServer.kill()
        try await start()
    }

    /// Kills both and starts them again without data.
    package func wipe() async throws {
        await kill()
        try? FileManager.default.removeItem(at: etcdFolder)
        try await start()
    }

    /// Stops (`SIGSTOP`) or continues (`SIGCONT`) both processes.
    package func signal(_ signal: Int32) {
        apiServer.signal(signal)
        etcd.signal(signal)
    }

    package func end() async {
        await kill()
        try? FileManager.default.removeItem(at: folder)
    }

    private var etcdFolder: URL { folder.appendingPathComponent("etcd") }

    private func launch() throws {
        let client = "http://127.0.0.1:\(etcdPorts[0])"
        let peer = "http://127.0.0.1:\(etcdPorts[1])"
        if !etcd.isRunning {
            try etcd.launch(environment: [
                "ETCD_NAME": "default", "ETCD_DATA_DIR": etcdFolder.path, "ETCD_LISTEN_CLIENT_URLS": client,
                "ETCD_ADVERTISE_CLIENT_URLS": client, "ETCD_LISTEN_PEER_URLS": peer,
                "ETCD_INITIAL_ADVERTISE_PEER_URLS": peer, "ETCD_INITIAL_CLUSTER": "default=\(peer)",
            ])
        }
        guard !apiServer.isRunning else { return }
        try apiServer.launch(
            [
                "--etcd-servers=\(client)", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
                "--secure-port=\(port)", "--tls-cert-file=\(identity.certificate)",
                "--tls-private-key-file=\(identity.key)", "--cert-dir=\(folder.path)",
                "--token-auth-file=\(folder.path)/tokens.csv", "--authorization-mode=RBAC",
                "--client-ca-file=\(certificateAuthorityFile)",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=\(identity.certificate)",
                "--service-account-signing-key-file=\(identity.key)",
                "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount",
            ] + arguments)
    }

    // MARK: Requests

    /// Sends a request with the token of the administrator.
    package func request(
        _ method: String, _ path: String, _ body: String? = nil, contentType: String = "application/json"
    ) async throws -> (status: Int, text: String) {
        let headers = [("Authorization", "Bearer \(Self.adminToken)")]
        return try await CurlTransfer.request(
            CurlRequest(
                method: method, url: "\(url)\(path)",
                headers: headers + (body == nil ? [] : [("Content-Type", contentType)]),
                body: body.map { Array($0.utf8) }),
            tls: CurlTLS(certificateAuthorityFile: certificateAuthorityFile))
    }

    /// Deletes the Leases of a namespace.
    package func deleteLeases(in namespace: String = "default") async throws {
        let response = try await request("DELETE", "/apis/coordination.k8s.io/v1/namespaces/\(namespace)/leases")
        guard response.status == 200 else {
            throw TestServerError(description: "cannot delete the Leases: \(response.status) \(response.text)")
        }
    }

    private func isReady() async -> Bool {
        // The namespace is created after the server has started.
        let responses = [try? await request("GET", "/readyz"), try? await request("GET", "/api/v1/namespaces/default")]
        return responses.allSatisfy { $0?.status == 200 }
    }

    private func acceptsConnections() async -> Bool { (try? await request("GET", "/version")) != nil }
}

extension KubernetesServer {
    private static let apiServerBackend = Backend(
        "kubernetes", program: "kube-apiserver", source: "https://kubernetes.io/releases/download")

    /// Whether the programs are installed.
    package static var isInstalled: Bool { apiServerBackend.isInstalled && EtcdServer.isInstalled }

    /// The server of the running suite.
    @TaskLocal package static var current: KubernetesServer?

    package static var taskLocalCurrent: TaskLocal<KubernetesServer?> { $current }

    /// Enables tests that start the server.
    static var launchCondition: ConditionTrait { apiServerBackend.launchCondition }
}

extension Trait where Self == ServerTrait<KubernetesServer> {
    /// Starts an API server for the suite: ``KubernetesServer/current``.
    package static var kubernetes: Self { Self { try await KubernetesServer() } }
}

extension Trait where Self == ConditionTrait {
    /// Enables tests if kube-apiserver is available or required. It needs etcd and openssl.
    package static var requiresKubernetes: Self { KubernetesServer.launchCondition }
}
