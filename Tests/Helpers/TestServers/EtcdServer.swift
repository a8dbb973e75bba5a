// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import CurlTransfer
package import Foundation
import TestSupport

/// A real etcd of one member, started with the settings that the container takes: `docker/etcd/etcd.env`.
///
/// Its data is in a temporary folder: it goes with this object.
package final class EtcdServer: ChildServer {
    /// What a server has beside the settings that all share.
    package struct Settings: Sendable {
        /// How a server and its clients prove who they are.
        package struct TLS: Sendable {
            /// The server's certificate and key.
            package var identity: Certificates.Identity
            /// Path of the authority of the clients' certificates, which they have to show then.
            package var clientAuthorityFile: String?
            /// How ``EtcdServer/request(_:_:token:)`` connects.
            package var client: CurlTLS

            /// A server with a certificate.
            package init(identity: Certificates.Identity, clientAuthorityFile: String? = nil, client: CurlTLS) {
                self.identity = identity
                self.clientAuthorityFile = clientAuthorityFile
                self.client = client
            }
        }

        /// Further settings, by variable: `ETCD_…`.
        package var environment: [String: String]
        /// To speak only HTTPS.
        package var tls: TLS?
        /// To have authentication enabled, with this password of the user `root`.
        package var rootPassword: String?
        /// Kept, as their files go with them.
        var certificates: Certificates?

        /// Plain HTTP and no authentication, unless given.
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
    /// The variables of the place; nil for a server that runs already.
    private let environment: [String: String]?
    package let process = ServerProcess("etcd")
    package let folder = FileManager.default.temporaryDirectory.appendingPathComponent("etcd-\(UUID().uuidString)")

    /// The address for clients, `host:port`.
    package let address: String

    /// The address with its scheme.
    package let url: String

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A server on free ports, not started yet.
    package convenience init(_ settings: Settings = .init()) throws {
        let ports = try Machine.freePorts(2)
        self.init(
            settings, name: "default", port: ports[0], listenPeer: "http://127.0.0.1:\(ports[1])",
            advertisePeer: "http://127.0.0.1:\(ports[1])", cluster: "default=http://127.0.0.1:\(ports[1])")
    }

    /// A member of a cluster, not started yet. The others reach it by the URL that it advertises.
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

    /// A server that runs already. It can be asked, and neither started nor ended.
    package init(external address: String) {
        settings = .init()
        environment = nil
        self.address = address
        url = "http://\(address)"
    }

    // MARK: Life

    package var isExternal: Bool { environment == nil }

    package func launch() throws {
        guard let environment else { throw externalServerError }
        try process.launch(environment: DockerConfiguration.variables("etcd/etcd.env").merging(environment) { $1 })
    }

    package func prepare() async throws {
        if settings.rootPassword != nil { try await enableAuthentication() }
    }

    // MARK: Questions

    /// Posts JSON to a path of its gateway, such as `/v3/kv/range`; without a body it gets the path.
    package func request(
        _ path: String, _ body: String? = nil, token: String? = nil
    ) async throws -> (status: Int, text: String) {
        try await CurlTransfer.request(
            CurlRequest(
                method: body == nil ? "GET" : "POST", url: "\(url)\(path)",
                headers: token.map { [("Authorization", $0)] } ?? [], body: body.map { Array($0.utf8) },
                timeout: .seconds(5)),
            tls: settings.tls?.client)
    }

    /// Compacts everything up to the present revision, physically.
    package func compact() async throws {
        let range = try await requestAsRoot("/v3/kv/range", ["key": "AA==", "count_only": true])
        guard let header = range["header"] as? [String: Any], let revision = header["revision"] as? String else {
            throw TestServerError(description: "etcd at \(address) told no revision: \(range)")
        }
        do {
            try await requestAsRoot("/v3/kv/compaction", ["revision": revision, "physical": true])
        } catch let error as TestServerError where error.description.contains("has been compacted") {
            // It is as it should be.
        }
    }

    /// Revokes every lease, and so deletes every key that has one.
    package func revokeLeases() async throws {
        let leases = try await requestAsRoot("/v3/lease/leases", [:])["leases"] as? [[String: Any]]
        for case let id? in (leases ?? []).map({ $0["ID"] as? String }) {
            do {
                try await requestAsRoot("/v3/lease/revoke", ["ID": id])
            } catch let error as TestServerError where error.description.contains("lease not found") {
                // It expired meanwhile.
            }
        }
    }

    // MARK: Authentication

    /// What a role may do with a key.
    package enum Permission: String, Sendable {
        case read = "READ"
        case write = "WRITE"
        case both = "READWRITE"
    }

    /// A token for a user, as it goes into the header `Authorization`.
    package func token(user: String, password: String) async throws -> String {
        let response = try await requestJSON("/v3/auth/authenticate", ["name": user, "password": password], token: nil)
        guard let token = response["token"] as? String else {
            throw TestServerError(description: "etcd at \(address) gave no token to \(user)")
        }
        return token
    }

    /// Adds a user with roles that are there.
    package func addUser(_ user: String, password: String, roles: [String] = []) async throws {
        try await requestAsRoot("/v3/auth/user/add", ["name": user, "password": password])
        for role in roles { try await requestAsRoot("/v3/auth/user/grant", ["user": user, "role": role]) }
    }

    /// Adds a role with a permission on all keys that begin with a prefix.
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
        // Data of an earlier start has it already.
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

    /// The first key behind all that begin with a prefix, in base64: its last byte that can be is raised by one.
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
