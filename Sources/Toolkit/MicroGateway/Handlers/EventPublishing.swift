// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import Micro
import MicroEdge
import NIOCore

/// Publishes the body of a request as an ``APIEvent``.
struct EventPublishing: Sendable {
    let client: Client
    let mapping: PathMapping

    /// Publishes the event of a request.
    ///
    /// - Returns: 202 with the ID and the topic of the event.
    func respond(to request: GatewayRequest) async throws -> Response {
        let body = try await request.body()
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
            throw HTTPError(.unsupportedMediaType, message: "the body of an event must be UTF-8")
        }
        let (topic, name) = mapping.event(for: request.context.path.segments)
        let event = APIEvent(
            name: name, id: UUID().uuidString.lowercased(), timestamp: Int64(Date().timeIntervalSince1970),
            header: APIHandler.header(of: request), data: text)
        try await client.publish(event, to: topic, headers: request.metadata)
        let response = JSONNode.object([("id", .string(event.id)), ("topic", .string(topic))])
        return Response(
            status: .accepted, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: response.json)))
    }
}
