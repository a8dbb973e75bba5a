// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Hummingbird
public import MicroCore

/// Authenticates clients by a key in the header field `X-Api-Key`, or as `Authorization: Bearer KEY`.
public struct APIKeyAuthenticator: Authenticator {
    private let keys: [(name: String, key: Secret)]

    /// Creates an authenticator.
    ///
    /// - Parameter keys: The keys by the names of their holders.
    public init(keys: [String: Secret]) {
        self.keys = keys.map { ($0.key, $0.value) }
    }

    /// `Bearer`
    public var challenge: String? { "Bearer" }

    /// `x-api-key`
    public var credentialFields: [String] { ["x-api-key"] }

    /// See ``Authenticator/authenticate(_:)``.
    public func authenticate(_ request: Request) async throws -> Identity? {
        guard let key = request.headers.values(of: "X-Api-Key").first ?? request.credentials(of: "Bearer") else {
            return nil
        }
        // All keys are compared, so that the time does not depend on the position of the right one.
        var holder: String?
        for candidate in keys where isEqualInConstantTime(candidate.key.reveal(), key) { holder = candidate.name }
        guard let holder else { throw MicroError(.unauthenticated, "unknown API key", origin: MicroError.Origin.edge) }
        return Identity(name: holder)
    }
}
