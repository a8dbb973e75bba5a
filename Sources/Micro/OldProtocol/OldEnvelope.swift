// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// A request in an envelope of go-micro's first protocol, in which it calls an explicit address and every node without
/// `protocol` in its metadata: the message travels inside of another one, and so does its answer, also if that is an error.
/// The envelope names the endpoint, too: requests that are made by hand may do without headers.
struct OldEnvelope: Sendable {
    private enum Kind {
        /// `application/proto-rpc`
        case protobuf(number: UInt64)
        /// `application/json-rpc` (https://www.jsonrpc.org/specification_v1), with one parameter.
        case json(id: ByteBuffer)
    }

    private let kind: Kind
    private let contentType: String
    /// What is inside.
    let request: TransportRequest

    /// Opens an envelope; nil if the request is in none.
    ///
    /// - Parameter service: Who answers a request that names nobody.
    /// - Throws: ``MicroError`` with `invalidArgument` if it cannot be read.
    init?(_ outer: TransportRequest, for service: String) throws {
        // Most are not.
        guard outer.contentType.utf8.last == UInt8(ascii: "c") || outer.endpoint.isEmpty else { return nil }
        contentType = outer.contentType
        var inner = outer
        let method: String?
        switch outer.contentType {
        case "application/proto-rpc":
            inner.contentType = "application/protobuf"
            guard let (header, message) = OldHeader.opened(outer.body) else { throw Self.malformed(outer) }
            inner.body = message
            kind = .protobuf(number: header.number)
            method = header.method
        // The latter only without an endpoint: with one, it is a message.
        case "application/json-rpc", "application/json":
            inner.contentType = "application/json"
            guard
                let call = outer.body.jsonObject, let parameters = call["params"] as? [Any], parameters.count == 1,
                let message = ByteBuffer(json: parameters[0]), let id = ByteBuffer(json: call["id"] ?? NSNull())
            else { throw Self.malformed(outer) }
            inner.body = message
            kind = .json(id: id)
            method = call["method"] as? String
        default: return nil
        }
        if inner.endpoint.isEmpty { inner.endpoint = method ?? "" }
        guard !inner.endpoint.isEmpty else { throw Self.malformed(outer) }
        if inner.service.isEmpty { inner.service = service }
        request = inner
    }

    /// Answers what is inside, and puts the answer into an envelope. Errors travel in it, too.
    ///
    /// - Throws: `CancellationError`.
    func answered(by handler: TransportHandler) async throws -> TransportResponse {
        do {
            var response = try await handler(request)
            response.body = sealed(response.body, error: nil)
            response.contentType = contentType
            return response
        } catch let error as MicroError {
            let text = MicroError(answering: request, with: error).wireText
            return TransportResponse(contentType: contentType, body: sealed(ByteBuffer(), error: text))
        }
    }

    private func sealed(_ message: ByteBuffer, error: String?) -> ByteBuffer {
        switch kind {
        case .protobuf(let number): return OldHeader(method: "", number: number, error: error ?? "").sealed(message)
        case .json(let id):
            let parts: [ByteBuffer?] = [
                ByteBuffer(string: #"{"id":"#), id, ByteBuffer(string: #","result":"#),
                message.readableBytes > 0 ? message.withoutNewline : ByteBuffer(string: "null"),
                ByteBuffer(string: #","error":"#), ByteBuffer(json: error ?? NSNull()), ByteBuffer(string: "}\n"),
            ]
            return parts.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1 ?? ByteBuffer()) }
        }
    }

    private static func malformed(_ request: TransportRequest) -> MicroError {
        let problem = "the body is no envelope of \(request.contentType)"
        return MicroError(
            .invalidArgument,
            request.endpoint.isEmpty
                ? "the header Micro-Endpoint is missing, and \(problem) that names the endpoint" : problem,
            origin: MicroError.Origin.server)
    }
}
