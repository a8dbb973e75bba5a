// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroConformance
package import MicroCore

/// Creates principals of a backend for clients whose credentials differ from those of the harness.
package protocol PrincipalProvider: Sendable {
    /// The secrets of all principals that were created so far.
    var secrets: [String] { get }

    /// Returns a principal, and creates it if necessary.
    ///
    /// - Throws: ``MicroCore/MicroError``.
    func principal(for credentials: CredentialKind) async throws -> Principal

    /// Removes the principals for ``MicroConformance/CredentialKind/revocable``.
    func revoke() async throws
}

/// The identity of a client.
package struct Principal: Sendable {
    /// The user; empty where the backend knows only tokens.
    package let user: String
    /// The password or the token.
    package let secret: Secret

    /// Creates a principal.
    package init(user: String = "", secret: Secret) {
        self.user = user
        self.secret = secret
    }
}

extension MicroError {
    /// The error for a provider that is asked for the harness's own credentials.
    static var validCredentialsRequested: MicroError {
        MicroError(.internal, "valid credentials are those of the harness", origin: "conformance")
    }
}
