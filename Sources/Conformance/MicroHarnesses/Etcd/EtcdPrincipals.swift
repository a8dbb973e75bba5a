// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import Synchronization

/// Creates and deletes etcd users.
final class EtcdPrincipals: PrincipalProvider {
    private struct State {
        var unprivileged: Principal?
        var revocable: [String] = []
        var secrets: [String] = []
    }

    private let member: EtcdMemberClient
    private let state = Mutex(State())

    init(member: EtcdMemberClient) { self.member = member }

    var secrets: [String] { state.withLock(\.secrets) }

    /// Whether the user of the harness may create users.
    func canCreatePrincipals() async -> Bool { (try? await member.request("/v3/auth/user/list", [:])) != nil }

    func principal(for credentials: CredentialKind) async throws -> Principal {
        switch credentials {
        case .valid: throw MicroError.validCredentialsRequested
        case .wrong: return Principal(user: "conformance-unknown", secret: Secret(makePassword()))
        case .unprivileged:
            if let principal = state.withLock(\.unprivileged) { return principal }
            let principal = try await makeUser(roles: [])
            state.withLock { $0.unprivileged = principal }
            return principal
        case .revocable:
            let principal = try await makeUser(roles: ["root"])
            state.withLock { $0.revocable.append(principal.user) }
            return principal
        }
    }

    /// Deletes the revocable users, and the unprivileged user, which is created again when a client needs it.
    func revoke() async throws {
        let users = state.withLock { state in
            let users = state.revocable + [state.unprivileged?.user].compactMap(\.self)
            (state.revocable, state.unprivileged) = ([], nil)
            return users
        }
        for user in users { try await member.request("/v3/auth/user/delete", ["name": user]) }
    }

    private func makeUser(roles: [String]) async throws -> Principal {
        let (user, password) = ("conformance-\(UUID().uuidString.lowercased())", makePassword())
        try await member.request("/v3/auth/user/add", ["name": user, "password": password])
        for role in roles { try await member.request("/v3/auth/user/grant", ["user": user, "role": role]) }
        return Principal(user: user, secret: Secret(password))
    }

    private func makePassword() -> String {
        let password = UUID().uuidString.lowercased()
        state.withLock { $0.secrets.append(password) }
        return password
    }
}
