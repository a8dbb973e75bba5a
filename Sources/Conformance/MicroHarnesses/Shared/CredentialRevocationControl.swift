// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance

/// A backend control that can also revoke the credentials that a harness has created.
struct CredentialRevocationControl: BackendControl {
    /// The control of the server; nil if there is none.
    let base: (any BackendControl)?
    let principals: any PrincipalProvider

    var actions: Set<BackendAction> { (base?.actions ?? []).union([.revokeCredentials]) }

    func perform(_ action: BackendAction) async throws {
        if action == .revokeCredentials { try await principals.revoke() } else { try await base?.perform(action) }
    }
}
