// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import Synchronization

/// Makes users for clients that may do less than the harness, and takes them away.
final class EtcdPrincipals: Sendable {
    private struct Made {
        var powerless: (user: String, password: Secret)?
        var revocable: [String] = []
        var secrets: [String] = []
    }

    private let member: EtcdMemberClient
    private let made = Mutex(Made())

    init(member: EtcdMemberClient) { self.member = member }

    /// All passwords that were made so far.
    var secrets: [String] { made.withLock(\.secrets) }

    /// Whether the harness may make users.
    func canMake() async -> Bool { (try? await member.ask("/v3/auth/user/list", [:])) != nil }

    /// The user and the password of a client.
    func login(for credentials: Credentials) async throws -> (user: String, password: Secret) {
        switch credentials {
        case .valid: throw MicroError(.internal, "valid credentials are those of the harness", origin: "conformance")
        case .wrong: return ("conformance-nobody", Secret(makePassword()))
        case .powerless:
            if let login = made.withLock(\.powerless) { return login }
            let login = try await makeUser(roles: [])
            made.withLock { $0.powerless = login }
            return login
        case .revocable:
            let login = try await makeUser(roles: ["root"])
            made.withLock { $0.revocable.append(login.user) }
            return login
        }
    }

    /// Takes the revocable users away, and the powerless one, which is made again when it is needed.
    func revoke() async throws {
        let users = made.withLock { made in
            let users = made.revocable + [made.powerless?.user].compactMap(\.self)
            (made.revocable, made.powerless) = ([], nil)
            return users
        }
        for user in users { try await member.ask("/v3/auth/user/delete", ["name": user]) }
    }

    private func makeUser(roles: [String]) async throws -> (user: String, password: Secret) {
        let (user, password) = ("conformance-\(UUID().uuidString.lowercased())", makePassword())
        try await member.ask("/v3/auth/user/add", ["name": user, "password": password])
        for role in roles { try await member.ask("/v3/auth/user/grant", ["user": user, "role": role]) }
        return (user, Secret(password))
    }

    private func makePassword() -> String {
        let password = UUID().uuidString.lowercased()
        made.withLock { $0.secrets.append(password) }
        return password
    }
}
