// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import Synchronization

/// Creates and deletes ACL tokens. Each token expires after an hour.
final class ConsulPrincipals: PrincipalProvider {
    /// The body of `PUT /v1/acl/token`.
    private struct ACLTokenRequest: Encodable {
        struct Policy: Encodable {
            let name: String

            enum CodingKeys: String, CodingKey { case name = "Name" }
        }

        let description = "conformance suite"
        let policies: [Policy]
        let expirationTTL = "1h"

        enum CodingKeys: String, CodingKey {
            case description = "Description"
            case policies = "Policies"
            case expirationTTL = "ExpirationTTL"
        }
    }

    private struct ACLToken: Decodable {
        let accessor: String
        let secret: String

        enum CodingKeys: String, CodingKey {
            case accessor = "AccessorID"
            case secret = "SecretID"
        }
    }

    private let agent: ConsulAgentClient
    private let state = Mutex<(revocable: [String], secrets: [String])>(([], []))

    init(agent: ConsulAgentClient) { self.agent = agent }

    var secrets: [String] { state.withLock(\.secrets) }

    /// Whether the token of the harness may create tokens.
    func canCreatePrincipals() async -> Bool {
        guard let token = try? await makeToken([]) else { return false }
        _ = try? await agent.request("DELETE", "/v1/acl/token/\(token.accessor)")
        return true
    }

    func principal(for credentials: CredentialKind) async throws -> Principal {
        switch credentials {
        case .valid: throw MicroError.validCredentialsRequested
        case .wrong:
            let secret = UUID().uuidString.lowercased()
            state.withLock { $0.secrets.append(secret) }
            return Principal(secret: Secret(secret))
        case .unprivileged: return Principal(secret: Secret(try await makeToken([]).secret))
        case .revocable:
            let token = try await makeToken(["global-management"])
            state.withLock { $0.revocable.append(token.accessor) }
            return Principal(secret: Secret(token.secret))
        }
    }

    func revoke() async throws {
        let accessors = state.withLock { state in
            defer { state.revocable = [] }
            return state.revocable
        }
        for accessor in accessors { try await agent.request("DELETE", "/v1/acl/token/\(accessor)") }
    }

    private func makeToken(_ policies: [String]) async throws -> ACLToken {
        let request = ACLTokenRequest(policies: policies.map(ACLTokenRequest.Policy.init))
        let token = try agent.decode(
            ACLToken.self,
            try await agent.request("PUT", "/v1/acl/token", body: [UInt8](try JSONEncoder().encode(request))))
        state.withLock { $0.secrets.append(token.secret) }
        return token
    }
}
