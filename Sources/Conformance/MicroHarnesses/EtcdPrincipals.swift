// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import Synchronization

/// Makes users for clients that may do less than the harness, and takes them away.
final class EtcdPrincipals: Sendable {
    private struct State {
        var unprivileged: (user: String, password: Secret)?
        var revocable: [String] = []
        var secrets: [String] = []
    }

    private let member: EtcdMemberClient
    private let state = Mutex(State())

    init(member: EtcdMemberClient) { self.member = member }

    /// All passwords that were made so far.
    var secrets: [String] { state.withLock(\.secrets) }

    /// Whether the harness may make users.
    func canCreateCredentials() async -> Bool { (try? await member.request("/v3/auth/user/list", [:])) != nil }

    /// The user and the password of a client.
    func login(for credentials: CredentialKind) async throws -> (user: String, password: Secret) {
        switch credentials {
        case .valid: throw MicroError(.internal, "valid credentials are those of the harness", origin: "conformance")
        case .wrong: return ("conformance-nobody", Secret(makePassword()))
        case .unprivileged:
            if let login = state.withLock(\.unprivileged) { return login }
            let login = try await makeUser(roles: [])
            state.withLock { $0.unprivileged = login }
            return login
        case .revocable:
            let login = try await makeUser(roles: ["root"])
            state.withLock { $0.revocable.append(login.user) }
            return login
        }
    }

    /// Takes the revocable users away, and the powerless one, which is made again when it is needed.
    func revoke() async throws {
        let users = state.withLock { state in
            let users = state.revocable + [state.unprivileged?.user].compactMap(\.self)
            (state.revocable, state.unprivileged) = ([], nil)
            return users
        }
        for user in users { try await member.request("/v3/auth/user/delete", ["name": user]) }
    }

    private func makeUser(roles: [String]) async throws -> (user: String, password: Secret) {
        let (user, password) = ("conformance-\(UUID().uuidString.lowercased())", makePassword())
        try await member.request("/v3/auth/user/add", ["name": user, "password": password])
        for role in roles { try await member.request("/v3/auth/user/grant", ["user": user, "role": role]) }
        return (user, Secret(password))
    }

    private func makePassword() -> String {
        let password = UUID().uuidString.lowercased()
        state.withLock { $0.secrets.append(password) }
        return password
    }
}
