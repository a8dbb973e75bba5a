// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

/// The actions that a server in a container offers through its own interface.
protocol ContainerBackend: Sendable {
    /// The address with its scheme.
    var url: String { get }
    /// The actions that the server does not offer.
    var unsupportedActions: Set<BackendAction> { get }
    /// Whether the server responds and has a leader.
    func isServing() async -> Bool
    /// Removes the history, with a restart if the server needs one.
    func compact(restart: () async throws -> Void) async throws
    /// Revokes the leases or checks that keep registrations alive.
    func revoke() async throws
}

extension ContainerBackend {
    /// The harness revokes credentials, because it creates them.
    var unsupportedActions: Set<BackendAction> { [.revokeCredentials] }

    /// Not supported: for a backend that lists it in ``unsupportedActions``.
    func compact(restart: () async throws -> Void) async throws { throw Self.unsupported(.compact) }

    /// Not supported: for a backend that lists it in ``unsupportedActions``.
    func revoke() async throws { throw Self.unsupported(.revoke) }

    private static func unsupported(_ action: BackendAction) -> MicroError {
        MicroError(.unsupported, "the backend has no action \(action)", origin: "conformance")
    }
}
