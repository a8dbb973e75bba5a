// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import MicroCore
import NIOCore

/// A request in an envelope of go-micro's first protocol, in which it calls an explicit address and every node without
/// `protocol` in its metadata: the message travels inside of another one, and so does its answer, also if that is an error.
/// The envelope names the endpoint, too: requests that are made by hand may do without headers.
package struct LegacyRPCEnvelope: Sendable {
    private enum Kind {
        /// `application/proto-rpc`
        case protobuf(sequence: UInt64)
        /// `application/json-rpc` (https://www.jsonrpc.org/specification_v1), with one parameter.
        case json(id: ByteBuffer)
    }

    private let outer: TransportRequest
    private let service: String
    private let kind: Kind
    /// The endpoint in the envelope; nil if it names none.
    private let method: String?
    private let message: Result<ByteBuffer, MicroError>

    /// Opens an envelope; nil if the request is in none.
    ///
    /// - Parameter service: The service that handles a request without a service name.
    package init?(_ outer: TransportRequest, for service: String) {
        // Most are not.
        guard outer.contentType.utf8.last == UInt8(ascii: "c") || outer.endpoint.isEmpty else { return nil }
        (self.outer, self.service) = (outer, service)
        switch outer.contentType {
        // The other two only without an endpoint, as v0.14 sends them: with one, they are messages.
        case "application/proto-rpc", "application/protobuf", "application/octet-stream":
            let unwrapped = ProtoRPCHeader.unwrapped(outer.body)
            kind = .protobuf(sequence: unwrapped?.0.sequence ?? 0)
            method = unwrapped?.0.method
            message =
                if let unwrapped { .success(unwrapped.1) } else {
                    .failure(Self.invalid("the body is not an envelope of \(outer.contentType)"))
                }
        // The latter only without an endpoint: with one, it is a message.
        case "application/json-rpc", "application/json":
            let members = JSONSlices.members(of: outer.body)
            // Of duplicate keys the last one counts, as in Go.
            func member(_ key: String) -> ByteBuffer? { members?.last { $0.key == key }?.value }
            kind = .json(
                id: member("id")?.jsonFragment.flatMap(ByteBuffer.init(json:)) ?? ByteBuffer(string: "null"))
            method = member("method").flatMap(JSONSlices.unquoted)
            message =
                members == nil
                ? .failure(Self.invalid("the body is not a JSON object, as \(outer.contentType) requires"))
                : Self.message(inParameters: member("params"))
        default: return nil
        }
    }

    /// Answers what is inside, and puts the answer into an envelope. Errors travel in it, too.
    ///
    /// - Throws: `CancellationError`.
    package func respond(
        by handler: @Sendable (TransportRequest) async throws -> TransportResponse
    ) async throws -> TransportResponse {
        do {
            var response = try await handler(unwrapped())
            response.body = wrapped(response.body, error: nil)
            response.contentType = outer.contentType
            return response
        } catch let error as MicroError {
            let text = MicroError(respondingTo: outer, with: error).wireText
            return TransportResponse(contentType: outer.contentType, body: wrapped(ByteBuffer(), error: text))
        }
    }

    /// - Throws: ``MicroError`` with `invalidArgument`.
    private func unwrapped() throws -> TransportRequest {
        var inner = outer
        if inner.service.isEmpty { inner.service = service }
        if inner.endpoint.isEmpty { inner.endpoint = method ?? "" }
        guard !inner.endpoint.isEmpty else {
            throw Self.invalid("neither the header Micro-Endpoint nor, as in JSON-RPC, the body names an endpoint")
        }
        inner.body = try message.get()
        switch kind {
        case .protobuf: inner.contentType = "application/protobuf"
        case .json: inner.contentType = "application/json"
        }
        return inner
    }

    private func wrapped(_ message: ByteBuffer, error: String?) -> ByteBuffer {
        switch kind {
        case .protobuf(let sequence):
            return ProtoRPCHeader(method: "", sequence: sequence, error: error ?? "").wrapped(message)
        case .json(let id):
            let parts: [ByteBuffer?] = [
                ByteBuffer(string: #"{"id":"#), id, ByteBuffer(string: #","result":"#),
                message.readableBytes > 0 ? message.withoutTrailingNewline : ByteBuffer(string: "null"),
                ByteBuffer(string: #","error":"#), ByteBuffer(json: error ?? NSNull()), ByteBuffer(string: "}\n"),
            ]
            return parts.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1 ?? ByteBuffer()) }
        }
    }

    /// The message in `params` of JSON-RPC: an object, as in version 2.0, or the element of an array, as in version 1.0.
    private static func message(inParameters parameters: ByteBuffer?) -> Result<ByteBuffer, MicroError> {
        let expectation = "send the message as an object, or as the only element of an array"
        guard let parameters else { return .failure(invalid("params is missing: \(expectation)")) }
        if parameters.readableBytesView.first == UInt8(ascii: "{") { return .success(parameters) }
        guard let elements = JSONSlices.elements(of: parameters) else {
            return .failure(invalid("params is neither an object nor an array: \(expectation)"))
        }
        guard let message = elements.first, elements.count == 1 else {
            return .failure(invalid("params has \(elements.count) elements: \(expectation)"))
        }
        return .success(message)
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.server)
    }
}
