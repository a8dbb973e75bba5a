// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance

/// The control of a backend, with the rights of clients that the harness has made itself.
struct CredentialRevocationControl: BackendControl {
    let base: (any BackendControl)?
    let revoke: @Sendable () async throws -> Void

    var actions: Set<BackendAction> { (base?.actions ?? []).union([.revokeCredentials]) }

    func perform(_ action: BackendAction) async throws {
        if action == .revokeCredentials { try await revoke() } else { try await base?.perform(action) }
    }
}
