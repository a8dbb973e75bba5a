// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import CurlTransfer
package import Foundation
import TestSupport

/// An etcd member with the settings of the container: `docker/etcd/etcd.env`.
///
/// Its data is in a temporary folder that is deleted with this object.
package final class EtcdServer: ChildServer {
    /// The settings of a server in addition to the shared settings.
    package struct Settings: Sendable {
        /// The certificates of the server and its clients.
        package struct TLS: Sendable {
            /// The server's certificate and key.
            package var identity: Certificates.Identity
            /// The path of the authority of the clients' certificates; nil if clients need no certificate.
            package var clientAuthorityFile: String?
            /// The client settings of ``EtcdServer/request(_:_:token:)``.
            package var client: CurlTLS

            /// Creates TLS settings.
            package init(identity: Certificates.Identity, clientAuthorityFile: String? = nil, client: CurlTLS) {
                self.identity = identity
                self.clientAuthorityFile = clientAuthorityFile
                self.client = client
            }
        }

        /// Further settings by their variables: `ETCD_…`.
        package var environment: [String: String]
        /// The TLS settings; nil for plain HTTP.
        package var tls: TLS?
        /// The password of the user `root`; nil if authentication is disabled.
        package var rootPassword: String?
        /// Retained, because the files are deleted with this object.
        var certificates: Certificates?

        /// Creates settings; by default plain HTTP without authentication.
        package init(environment: [String: String] = [:], tls: TLS? = nil, rootPassword: String? = nil) {
            self.environment = environment
            self.tls = tls
            self.rootPassword = rootPassword
        }

        /// HTTPS, and authentication if there is a password, as in `docker/compose.secure.yml`.
        package static func secure(_ certificates: Certificates, rootPassword: String?) async throws -> Self {
            let identity = try await certificates.identity("etcd", subjectAlternativeName: "IP:127.0.0.1")
            let client = CurlTLS(certificateAuthorityFile: certificates.certificateAuthorityFile)
            var settings = Self(tls: TLS(identity: identity, client: client), rootPassword: rootPassword)
            settings.certificates = certificates
            return settings
        }
    }

    private let settings: Settings
    /// The variables; nil for a server that was not started by the tests.
    private let environment: [String: String]?
    package let process = ServerProcess("etcd")
    package let folder = FileManager.default.temporaryDirectory.appendingPathComponent("etcd-\(UUID().uuidString)")

    /// The address for clients, `host:port`.
    package let address: String

    /// The address with its scheme.
    package let url: String

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Creates a server on free ports, without starting it.
    package convenience init(_ settings: Settings = .init()) throws {
        let ports = try Machine.freePorts(2)
        self.init(
            settings, name: "default", port: ports[0], listenPeer: "http://127.0.0.1:\(ports[1])",
            advertisePeer: "http://127.0.0.1:\(ports[1])", cluster: "default=http://127.0.0.1:\(ports[1])")
    }

    /// Creates a member of a cluster, without starting it. The others connect to the URL that it advertises.
    init(
        _ settings: Settings, name: String, port: Int, listenPeer: String, advertisePeer: String, cluster: String
    ) {
        self.settings = settings
        address = "127.0.0.1:\(port)"
        url = "\(settings.tls == nil ? "http" : "https")://\(address)"
        var environment = [
            "ETCD_NAME": name, "ETCD_DATA_DIR": folder.path,
            "ETCD_LISTEN_CLIENT_URLS": url, "ETCD_ADVERTISE_CLIENT_URLS": url,
            "ETCD_LISTEN_PEER_URLS": listenPeer, "ETCD_INITIAL_ADVERTISE_PEER_URLS": advertisePeer,
            "ETCD_INITIAL_CLUSTER": cluster,
        ]
        if let tls = settings.tls {
            environment["ETCD_CERT_FILE"] = tls.identity.certificate
            environment["ETCD_KEY_FILE"] = tls.identity.key
            if let authority = tls.clientAuthorityFile {
                environment["ETCD_TRUSTED_CA_FILE"] = authority
                environment["ETCD_CLIENT_CERT_AUTH"] = "true"
            }
        }
        self.environment = environment.merging(settings.environment) { $1 }
    }

    /// Uses a server that is already running. It can neither be started nor ended.
    package init(external address: String) {
        settings = .init()
        environment = nil
        self.address = address
        url = "http://\(address)"
    }

    // MARK: Lifecycle

    package var isExternal: Bool { environment == nil }

    package func launch() throws {
        guard let environment else { throw externalServerError }
        try process.launch(environment: DockerConfiguration.variables("etcd/etcd.env").merging(environment) { $1 })
    }

    package func prepare() async throws {
        if settings.rootPassword != nil { try await enableAuthentication() }
    }

    // MARK: Requests

    /// Sends a `POST` with JSON to a path of the gateway, such as `/v3/kv/range`; without a body a `GET`.
    package func request(
        _ path: String, _ body: String? = nil, token: String? = nil
    ) async throws -> (status: Int, text: String) {
        try await CurlTransfer.request(
            CurlRequest(
                method: body == nil ? "GET" : "POST", url: "\(url)\(path)",
                headers: token.map { [("Authorization", $0)] } ?? [], body: body.map { Array($0.utf8) }),
            tls: settings.tls?.client)
    }

    /// Compacts everything up to the current revision, and waits until it is removed from disk.
    package func compact() async throws {
        let range = try await requestAsRoot("/v3/kv/range", ["key": "AA==", "count_only": true])
        guard let header = range["header"] as? [String: Any], let revision = header["revision"] as? String else {
            throw TestServerError(description: "etcd at \(address) returned no revision: \(range)")
        }
        do {
            try await requestAsRoot("/v3/kv/compaction", ["revision": revision, "physical": true])
        } catch let error as TestServerError where error.description.contains("has been compacted") {
            // There is nothing to do.
        }
    }

    /// Revokes every lease, which deletes the keys that are attached to it.
    package func revokeLeases() async throws {
        let leases = try await requestAsRoot("/v3/lease/leases", [:])["leases"] as? [[String: Any]]
        for case let id? in (leases ?? []).map({ $0["ID"] as? String }) {
            do {
                try await requestAsRoot("/v3/lease/revoke", ["ID": id])
            } catch let error as TestServerError where error.description.contains("lease not found") {
                // The lease has expired in the meantime.
            }
        }
    }

    // MARK: Authentication

    /// The permission of a role for a key.
    package enum Permission: String, Sendable {
        case read = "READ"
        case write = "WRITE"
        case both = "READWRITE"
    }

    /// A token of a user, the value of the header `Authorization`.
    package func token(user: String, password: String) async throws -> String {
        let response = try await requestJSON("/v3/auth/authenticate", ["name": user, "password": password], token: nil)
        guard let token = response["token"] as? String else {
            throw TestServerError(description: "etcd at \(address) returned no token for \(user)")
        }
        return token
    }

    /// Adds a user with existing roles.
    package func addUser(_ user: String, password: String, roles: [String] = []) async throws {
        try await requestAsRoot("/v3/auth/user/add", ["name": user, "password": password])
        for role in roles { try await requestAsRoot("/v3/auth/user/grant", ["user": user, "role": role]) }
    }

    /// Adds a role with a permission for all keys with a prefix.
    package func addRole(_ role: String, _ permission: Permission, prefix: String) async throws {
        try await requestAsRoot("/v3/auth/role/add", ["name": role])
        try await requestAsRoot(
            "/v3/auth/role/grant",
            [
                "name": role,
                "perm": [
                    "permType": permission.rawValue, "key": Data(prefix.utf8).base64EncodedString(),
                    "range_end": Self.end(ofPrefix: prefix),
                ],
            ])
    }

    private func enableAuthentication() async throws {
        // Authentication is stored in the data of an earlier start.
        if (try? await rootToken()) != nil { return }
        try await requestJSON("/v3/auth/role/add", ["name": "root"], token: nil)
        try await requestJSON(
            "/v3/auth/user/add", ["name": "root", "password": settings.rootPassword ?? ""], token: nil)
        try await requestJSON("/v3/auth/user/grant", ["user": "root", "role": "root"], token: nil)
        try await requestJSON("/v3/auth/enable", [:], token: nil)
    }

    private func rootToken() async throws -> String? {
        guard let password = settings.rootPassword else { return nil }
        return try await token(user: "root", password: password)
    }

    @discardableResult
    private func requestAsRoot(_ path: String, _ body: [String: Any]) async throws -> [String: Any] {
        try await requestJSON(path, body, token: rootToken())
    }

    @discardableResult
    private func requestJSON(_ path: String, _ body: [String: Any], token: String?) async throws -> [String: Any] {
        let json = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
        let (status, text) = try await request(path, json, token: token)
        guard status == 200, let response = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        else { throw TestServerError(description: "etcd at \(address), \(path): \(status) \(text)") }
        return response
    }

    /// The first key after all keys with a prefix, in base64: the prefix with its last byte below 255 incremented.
    private static func end(ofPrefix prefix: String) -> String {
        var bytes = Array(prefix.utf8)
        while let last = bytes.last, last == .max { bytes.removeLast() }
        guard let last = bytes.popLast() else { return "AA==" }
        return Data(bytes + [last + 1]).base64EncodedString()
    }

    package func isHealthy() async -> Bool {
        let response = try? await request("/health")
        return response.map { $0.status == 200 && $0.text.contains(#""health":"true""#) } ?? false
    }
}
