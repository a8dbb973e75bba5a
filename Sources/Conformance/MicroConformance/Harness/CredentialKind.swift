// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The kind of credentials that a client authenticates with.
public enum CredentialKind: String, Sendable, Hashable, CaseIterable {
    /// The credentials of the harness. They permit everything that cases do.
    case valid
    /// Credentials that the backend rejects as unknown.
    case wrong
    /// Valid credentials without any permission.
    case unprivileged
    /// Credentials with all permissions until ``BackendAction/revokeCredentials`` is performed.
    case revocable
}
