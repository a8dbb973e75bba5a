// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import HTTPTypes
import Hummingbird
import Micro
import MicroEdge
import NIOCore

/// Passes the body of a request to an endpoint, and the response back.
struct RPCHandler: Sendable {
    let client: Client

    /// Calls the endpoint of a request.
    func respond(to request: GatewayRequest) async throws -> Response {
        guard [.get, .head, .post, .put, .patch, .delete].contains(request.http.method) else {
            throw HTTPError(.methodNotAllowed, headers: [.allow: "GET, HEAD, POST, PUT, PATCH, DELETE"])
        }
        let (contentType, body) = try await Self.message(of: request)
        return try await call(request, with: body, contentType: contentType)
    }

    /// Calls the endpoint of an explicit call, whose message is a part of the body.
    func call(_ request: GatewayRequest, with message: ByteBuffer) async throws -> Response {
        guard ["", "application/json"].contains(request.mediaType) else { throw Self.unsupported(request) }
        try Self.checkOrigin(of: request)
        return try await call(request, with: message, contentType: "application/json")
    }

    private func call(_ request: GatewayRequest, with body: ByteBuffer, contentType: String) async throws -> Response {
        let response = try await client.invoke(
            request.target.service, request.target.endpoint, body: body, contentType: contentType,
            options: request.options)
        return Response(
            status: .ok, headers: [.contentType: response.contentType], body: .init(byteBuffer: response.body))
    }

    /// The message for the service. Path values take precedence over the query, the query over the body.
    static func message(of request: GatewayRequest) async throws -> (contentType: String, body: ByteBuffer) {
        let body = try await request.body()
        if body.readableBytes > 0 { try checkOrigin(of: request) }
        switch request.mediaType {
        case "application/protobuf", "application/proto", "application/x-protobuf", "application/grpc",
            "application/grpc+proto", "application/octet-stream":
            return ("application/protobuf", body)
        case "", "application/json", "application/grpc+json":
            let isPlain = request.variables.isEmpty && request.context.path.query == nil
            if isPlain, body.readableBytes > 0 { return ("application/json", body) }
            return ("application/json", try merged(body, of: request))
        default: throw unsupported(request)
        }
    }

    private static func unsupported(_ request: GatewayRequest) -> HTTPError {
        HTTPError(
            .unsupportedMediaType,
            message: "the media type \(request.mediaType.prefix(64)) is not supported; send application/json or "
                + "application/protobuf")
    }

    /// A page of another site can send a body without a type, as it can send a form: without the consent of the server.
    private static func checkOrigin(of request: GatewayRequest) throws {
        guard request.http.headers[.origin] != nil, request.mediaType.isEmpty, request.hasBody else { return }
        throw HTTPError(
            .unsupportedMediaType, message: "a page must send the media type of its body, such as application/json")
    }

    private static func merged(_ body: ByteBuffer, of request: GatewayRequest) throws -> ByteBuffer {
        var message = QueryMessage(shape: request.endpoint?.request)
        if let query = request.context.path.query { try message.add(query: query) }
        var variables = QueryMessage(shape: request.endpoint?.request)
        for (name, value) in request.variables { try variables.add(name, value) }
        var members: [(name: String, value: JSONNode)] = []
        if body.readableBytes > 0 {
            guard let slices = JSONSlices.members(of: body) else {
                throw MicroError(.invalidArgument, "the body is not a JSON object, so it cannot take values of the URL")
            }
            members = slices.map { (name: $0.key, value: JSONNode.text(String(buffer: $0.value))) }
        }
        for part in [message.root, variables.root] {
            if case .object(let others) = part { members += others }
        }
        // The last value of a name counts. Not by `JSONNode.set`, which compares all names: a body can have many.
        var names: Set<String> = []
        var last: [(name: String, value: JSONNode)] = []
        for member in members.reversed() where names.insert(member.name).inserted { last.append(member) }
        last.reverse()
        return ByteBuffer(string: JSONNode.object(last).json)
    }
}
