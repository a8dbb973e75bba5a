// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import Synchronization

/// Creates and deletes service accounts.
final class KubernetesPrincipals: PrincipalProvider {
    private struct State {
        var unprivileged: Principal?
        var revocable: [Principal] = []
        var secrets: [String] = []
    }

    private let client: KubernetesClient
    private let state = Mutex(State())

    init(client: KubernetesClient) { self.client = client }

    var secrets: [String] { state.withLock(\.secrets) }

    /// Whether the user of the harness may create service accounts, and the server rejects an unknown token.
    func canCreatePrincipals() async -> Bool {
        guard await !client.accepts(Secret("conformance-unknown")) else { return false }
        do { try await grantRole() } catch { return false }
        return true
    }

    func principal(for credentials: CredentialKind) async throws -> Principal {
        switch credentials {
        case .valid: throw MicroError.validCredentialsRequested
        case .wrong: return Principal(secret: record(UUID().uuidString.lowercased()))
        case .unprivileged:
            if let principal = state.withLock(\.unprivileged) { return principal }
            let principal = try await makeAccount()
            state.withLock { $0.unprivileged = principal }
            return principal
        case .revocable:
            let principal = try await makeAccount()
            try await bindRole(to: principal.user)
            state.withLock { $0.revocable.append(principal) }
            return principal
        }
    }

    /// Deletes the accounts, and waits until the server rejects their tokens, which it caches for 10 s.
    func revoke() async throws {
        let principals = state.withLock { state in
            let principals = state.revocable + [state.unprivileged].compactMap(\.self)
            (state.revocable, state.unprivileged) = ([], nil)
            return principals
        }
        for principal in principals { try await client.request("DELETE", "\(accounts)/\(principal.user)") }
        for principal in principals {
            let deadline = ContinuousClock.now + .seconds(30)
            while await client.accepts(principal.secret) {
                guard .now < deadline else {
                    throw MicroError(.internal, "the token of a deleted account is still valid", origin: "conformance")
                }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    private var accounts: String { "/api/v1/namespaces/\(client.namespace)/serviceaccounts" }

    private var authorization: String { "/apis/rbac.authorization.k8s.io/v1/namespaces/\(client.namespace)" }

    private func makeAccount() async throws -> Principal {
        let name = "conformance-\(UUID().uuidString.lowercased())"
        let metadata: KubernetesClient.JSON = ["name": name]
        try await client.request("POST", accounts, ["metadata": metadata])
        let spec: KubernetesClient.JSON = ["expirationSeconds": 3600]
        let response = try await client.request("POST", "\(accounts)/\(name)/token", ["spec": spec])
        guard let token = (response["status"] as? KubernetesClient.JSON)?["token"] as? String else {
            throw MicroError(.internal, "\(client.url) has created no token", origin: "conformance")
        }
        return Principal(user: name, secret: record(token))
    }

    /// Creates the Role of a registry.
    private func grantRole() async throws {
        let rule: KubernetesClient.JSON = [
            "apiGroups": ["coordination.k8s.io"], "resources": ["leases"],
            "verbs": ["get", "list", "watch", "create", "patch", "delete"],
        ]
        try await apply("Role", "swift-micro-conformance", ["rules": [rule]])
    }

    private func bindRole(to account: String) async throws {
        let subject: KubernetesClient.JSON = [
            "kind": "ServiceAccount", "name": account, "namespace": client.namespace,
        ]
        let role: KubernetesClient.JSON = [
            "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "swift-micro-conformance",
        ]
        try await apply("RoleBinding", account, ["subjects": [subject], "roleRef": role])
    }

    private func apply(_ kind: String, _ name: String, _ fields: KubernetesClient.JSON) async throws {
        let metadata: KubernetesClient.JSON = ["name": name]
        let common: KubernetesClient.JSON = [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata,
        ]
        try await client.apply(
            "\(authorization)/\(kind.lowercased())s/\(name)", fields.merging(common) { $1 })
    }

    private func record(_ secret: String) -> Secret {
        state.withLock { $0.secrets.append(secret) }
        return Secret(secret)
    }
}
