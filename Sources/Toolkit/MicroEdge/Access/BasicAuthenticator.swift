// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Hummingbird
public import MicroCore

/// Authenticates clients by user and password (RFC 7617). Use it only over TLS.
public struct BasicAuthenticator: Authenticator {
    private let users: [(name: String, password: Secret)]
    private let realm: String

    /// Creates an authenticator.
    ///
    /// - Parameters:
    ///   - users: The passwords by user.
    ///   - realm: The text that browsers show when they ask for the password.
    public init(users: [String: Secret], realm: String = "micro") {
        self.users = users.map { ($0.key, $0.value) }
        self.realm = realm.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline }
    }

    /// `Basic realm="…", charset="UTF-8"`
    public var challenge: String? { "Basic realm=\"\(realm)\", charset=\"UTF-8\"" }

    /// See ``Authenticator/authenticate(_:)``.
    public func authenticate(_ request: Request) async throws -> Identity? {
        guard let encoded = request.credentials(of: "Basic") else { return nil }
        let text = Data(base64Encoded: encoded).flatMap { String(validating: $0, as: UTF8.self) } ?? ""
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var user: String?
        for candidate in users where parts.count == 2 {
            // Both are always compared, so that the response time does not reveal whether the user exists.
            let isUser = isEqualInConstantTime(candidate.name, parts[0])
            let isPassword = isEqualInConstantTime(candidate.password.reveal(), parts[1])
            if isUser && isPassword { user = candidate.name }
        }
        guard let user else {
            throw MicroError(.unauthenticated, "wrong user or password", origin: MicroError.Origin.edge)
        }
        return Identity(name: user)
    }
}
