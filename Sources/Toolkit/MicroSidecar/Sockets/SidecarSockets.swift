// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import MicroCore
import MicroEdge
import MicroGateway

/// Handles WebSocket handshakes.
struct SidecarSockets: Sendable {
    let calls: CallRoute
    let registry: any Registry
    let broker: any Broker
    let policy: LocalRequestPolicy
    let gateway: GatewayRequestHandler

    /// Accepts a handshake; returns nil if its path has no WebSocket.
    ///
    /// - Throws: ``MicroCore/MicroError``, which is the response.
    @Sendable func upgrade(_ request: Request, context: EdgeContext) async throws -> WebSocketUpgrade? {
        if let problem = policy.problem(of: request) {
            throw MicroError(.permissionDenied, problem, origin: MicroError.Origin.edge)
        }
        let query = QueryParameters(context.path.query)
        switch context.path.segments.first {
        case "registry" where context.path.segments.count == 1:
            return try RegistrySocket(registry: registry).upgrade(query)
        case "rpc" where context.path.segments.count == 1:
            return try await CallSocket(calls: calls).upgrade(request, query)
        case "broker" where context.path.segments.count == 1:
            return try await BrokerSocket(broker: broker).upgrade(request, query)
        default: return try await gateway.upgrade(request, context: context)
        }
    }
}
