// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import MicroCore
import NIOCore

/// Calls the `Debug` endpoints of nodes, which every service has.
struct DebugCalls: Sendable {
    /// The outcome of one node.
    struct NodeResult<Value: Sendable>: Sendable {
        let node: Node
        let outcome: Result<Value, any Error>
    }

    /// The number of nodes that are called at a time.
    private static let maxConcurrency = 64

    let transport: any Transport
    let timeout: Duration

    /// Calls all nodes; one that fails does not affect the others.
    func callAll<Value: Decodable & Sendable>(
        _ service: String, _ nodes: [Node], _ endpoint: String, as type: Value.Type
    ) async -> [NodeResult<Value>] {
        let results = try? await Concurrent.map(nodes, maxConcurrency: Self.maxConcurrency) { node in
            do {
                return NodeResult<Value>(node: node, outcome: .success(try await call(service, node, endpoint)))
            } catch { return NodeResult<Value>(node: node, outcome: .failure(error)) }
        }
        return results ?? []
    }

    private func call<Value: Decodable>(_ service: String, _ node: Node, _ endpoint: String) async throws -> Value {
        let expected = node.metadata["transport"]
        guard expected == nil || expected == transport.name || transport.name == SidecarTransport.name else {
            throw MicroError(
                .unsupported,
                "node \(node.id) uses the transport \(expected ?? ""), not \(transport.name): set --transport",
                origin: MicroError.Origin.client)
        }
        let request = TransportRequest(
            service: service, endpoint: endpoint, contentType: "application/json", body: ByteBuffer(string: "{}"),
            deadline: .now + timeout)
        let response = try await LegacyRPC.call(request, to: node, over: transport)
        do { return try JSONDecoder().decode(Value.self, from: Data(response.body.readableBytesView)) } catch {
            throw MicroError(
                .internal, "the response of \(endpoint) is not JSON of the expected form",
                origin: MicroError.Origin.client)
        }
    }
}
