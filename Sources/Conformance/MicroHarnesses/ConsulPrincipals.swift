// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import Synchronization

/// Makes tokens for clients that may do less than the harness, and takes them away. Each ends by itself after an hour.
final class ConsulPrincipals: Sendable {
    private struct Request: Encodable {
        struct Policy: Encodable {
            let name: String

            enum CodingKeys: String, CodingKey { case name = "Name" }
        }

        let description = "of the conformance kit"
        let policies: [Policy]
        let expirationTTL = "1h"

        enum CodingKeys: String, CodingKey {
            case description = "Description"
            case policies = "Policies"
            case expirationTTL = "ExpirationTTL"
        }
    }

    private struct Token: Decodable {
        let accessor: String
        let secret: String

        enum CodingKeys: String, CodingKey {
            case accessor = "AccessorID"
            case secret = "SecretID"
        }
    }

    private let agent: ConsulAgentClient
    private let made = Mutex<(revocable: [String], secrets: [String])>(([], []))

    init(agent: ConsulAgentClient) { self.agent = agent }

    /// All that was made so far.
    var secrets: [String] { made.withLock(\.secrets) }

    /// Whether the harness may make tokens.
    func canMake() async -> Bool {
        guard let token = try? await makeToken([]) else { return false }
        _ = try? await agent.ask("DELETE", "/v1/acl/token/\(token.accessor)")
        return true
    }

    /// The token of a client.
    func secret(for credentials: Credentials) async throws -> Secret {
        switch credentials {
        case .valid: throw MicroError(.internal, "valid credentials are those of the harness", origin: "conformance")
        case .wrong:
            let secret = UUID().uuidString.lowercased()
            made.withLock { $0.secrets.append(secret) }
            return Secret(secret)
        case .powerless: return Secret(try await makeToken([]).secret)
        case .revocable:
            let token = try await makeToken(["global-management"])
            made.withLock { $0.revocable.append(token.accessor) }
            return Secret(token.secret)
        }
    }

    /// Takes the revocable tokens away.
    func revoke() async throws {
        let accessors = made.withLock { made in
            defer { made.revocable = [] }
            return made.revocable
        }
        for accessor in accessors { try await agent.ask("DELETE", "/v1/acl/token/\(accessor)") }
    }

    private func makeToken(_ policies: [String]) async throws -> Token {
        let request = Request(policies: policies.map(Request.Policy.init))
        let token = try agent.decode(
            Token.self, try await agent.ask("PUT", "/v1/acl/token", body: [UInt8](try JSONEncoder().encode(request))))
        made.withLock { $0.secrets.append(token.secret) }
        return token
    }
}
