// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroConformance
import MicroCore

/// A server of NATS, which keeps what JetStream has until its container is removed.
struct NATSContainerBackend: ContainerBackend {
    private let transfer = CurlTransfer()
    /// Where it tells what it does.
    let url: String

    /// - Parameter monitoring: Where it tells what it does, `host:port`.
    init(monitoring: String) { url = "http://\(monitoring)" }

    /// Nothing is registered with it.
    var unsupportedActions: Set<BackendAction> { [.compact, .revoke, .revokeCredentials] }

    func isServing() async -> Bool {
        let response = try? await transfer.perform(CurlRequest(url: url + "/healthz", timeout: .seconds(5)))
        return response?.status == 200
    }

    func compact(restart: () async throws -> Void) async throws { throw Self.unsupportedAction(.compact) }

    func revoke() async throws { throw Self.unsupportedAction(.revoke) }

    private static func unsupportedAction(_ action: BackendAction) -> MicroError {
        MicroError(.unsupported, "NATS has no action \(action)", origin: "conformance")
    }
}
