// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import HTTPTypes
import Hummingbird
import MicroCore
import MicroEdge
import MicroGateway
import NIOCore

/// `/broker`: publishes events.
struct BrokerRoute: Sendable {
    /// The fields of go-micro that a publisher may set itself.
    private static let publisherFields: Set = ["micro-id", "micro-from-service"]

    let broker: any Broker
    let maxBodySize: Int

    /// Responds to a request.
    func respond(to request: Request, query: QueryParameters) async throws -> Response {
        guard let topic = query["topic"], !topic.isEmpty else {
            throw MicroError(.invalidArgument, "Topic not specified", origin: MicroError.Origin.broker)
        }
        guard request.method == .post else { throw HTTPError(.methodNotAllowed, headers: [.allow: "POST"]) }
        let body = try await request.completeBody(upTo: maxBodySize)
        try await broker.publish(Self.message(request.headers, body, topic: topic), to: topic)
        return Response(status: .ok)
    }

    /// The message of a request: its body, and its header fields.
    static func message(_ fields: HTTPFields, _ body: ByteBuffer, topic: String) -> BrokerMessage {
        var headers = PassedHeaders.headers(of: fields, allowing: publisherFields)
        headers["Content-Type"] = fields[.contentType] ?? "text/plain"
        headers["Micro-Topic"] = topic
        if headers["Micro-Id"] == nil { headers["Micro-Id"] = UUID().uuidString.lowercased() }
        return BrokerMessage(headers: headers, body: body)
    }
}
