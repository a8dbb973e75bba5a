// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConsul

/// A Consul agent in a container, which loses its state when it stops.
struct ConsulContainerBackend: ContainerBackend {
    private let agent: ConsulAgentClient
    private let instances: ConsulAgentServices

    init(_ configuration: ConsulConfiguration) {
        let agent = ConsulAgentClient(configuration)
        self.agent = agent
        instances = ConsulAgentServices { try await agent.request($0, $1, body: $2) }
    }

    var url: String { agent.url }

    func isServing() async -> Bool {
        // The response is "" without a leader, and "address:port" with one.
        let leader = try? await agent.request("GET", "/v1/status/leader")
        return leader?.contains(UInt8(ascii: ":")) ?? false
    }

    func compact(restart: () async throws -> Void) async throws {
        try await instances.preserveRegistrations(during: restart)
    }

    func revoke() async throws { try await instances.deregister() }
}
