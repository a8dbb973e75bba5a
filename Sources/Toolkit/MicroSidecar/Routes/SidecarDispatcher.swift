// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import MicroCore
import MicroEdge
import MicroGateway
import NIOCore

/// Finds the route of a request.
struct SidecarDispatcher: Sendable {
    let calls: CallRoute
    let registry: RegistryRoute
    let broker: BrokerRoute
    let apps: AppRoutes
    /// Nil if `/stats` is not served.
    let statistics: RequestStatistics?
    /// Serves `/{service}/{method}`.
    let gateway: GatewayRequestHandler

    /// Responds to a request.
    @Sendable func respond(to request: Request, context: EdgeContext) async throws -> Response {
        guard context.path.segments.count == 1 else { return try await gateway.respond(to: request, context: context) }
        let query = QueryParameters(context.path.query)
        switch context.path.segments[0] {
        case "rpc": return try await calls.respond(to: request, context, query: query)
        case "registry": return try await registry.respond(to: request, query: query)
        case "broker": return try await broker.respond(to: request, query: query)
        case "health": return try await apps.health(of: request)
        case "metadata": return try apps.metadata(for: request)
        case "openapi.json":
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: SidecarDescription.json)))
        case "stats": return try statisticsResponse(to: request)
        default: return try await gateway.respond(to: request, context: context)
        }
    }

    private func statisticsResponse(to request: Request) throws -> Response {
        guard let statistics else {
            throw MicroError(
                .notFound, "statistics are not enabled: set MICRO_ENABLE_STATS=true", origin: MicroError.Origin.edge)
        }
        guard request.method == .get else { throw HTTPError(.methodNotAllowed, headers: [.allow: "GET"]) }
        let document = statistics.document
        return try StatisticsPage.isWanted(by: request) ? StatisticsPage(document: document).response : .json(document)
    }
}
