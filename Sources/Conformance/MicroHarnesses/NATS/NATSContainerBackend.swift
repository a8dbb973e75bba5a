// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroConformance

/// A NATS server in a container, which keeps JetStream's data until the container is removed.
struct NATSContainerBackend: ContainerBackend {
    private let transfer = CurlTransfer()
    /// The address of the server's monitoring.
    let url: String

    /// - Parameter monitoring: The address of the server's monitoring, `host:port`.
    init(monitoring: String) { url = "http://\(monitoring)" }

    /// `compact` and `revoke` apply to registries only; the harness revokes credentials, because it creates the users.
    var unsupportedActions: Set<BackendAction> { [.compact, .revoke, .revokeCredentials] }

    func isServing() async -> Bool {
        let response = try? await transfer.perform(CurlRequest(url: url + "/healthz", timeout: .seconds(5)))
        return response?.status == 200
    }
}
