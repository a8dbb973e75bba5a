// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
import NIOCore

/// A call in an envelope of go-micro's first protocol, which its servers before v1.0 know alone.
package struct LegacyRPCRequest: Sendable {
    private enum Kind {
        case protobuf
        case json
    }

    private let kind: Kind
    private let contentType: String
    private let service: String
    /// What is sent.
    package let request: TransportRequest

    /// Nil for a node that understands messages without an envelope, and for media types that no envelope is known for.
    package init?(_ inner: TransportRequest, to node: Node) {
        // Newer ones say which protocol, and `server` only servers of go-micro say.
        guard node.metadata["protocol"] == nil, node.metadata["server"] == "rpc" else { return nil }
        var outer = inner
        switch inner.contentType {
        case "application/protobuf":
            kind = .protobuf
            outer.contentType = "application/proto-rpc"
            outer.body = ProtoRPCHeader(method: inner.endpoint).wrapped(inner.body)
        case "application/json":
            guard let method = ByteBuffer(json: inner.endpoint) else { return nil }
            kind = .json
            outer.contentType = "application/json-rpc"
            outer.body = ByteBuffer(string: #"{"method":"#)
            outer.body.writeImmutableBuffer(method)
            outer.body.writeString(#","params":["#)
            outer.body.writeImmutableBuffer(inner.body.withoutTrailingNewline)
            outer.body.writeString(#"],"id":"0"}"# + "\n")
        default: return nil
        }
        (contentType, service, request) = (inner.contentType, inner.service, outer)
    }

    /// What is in the envelope of an answer.
    ///
    /// - Throws: ``MicroError``: the one in the envelope; `internal` if there is no envelope.
    package func unwrapped(_ response: TransportResponse) throws -> TransportResponse {
        guard let (message, error) = parts(of: response.body) else {
            throw MicroError(
                .internal, "the answer of \(service) is no envelope of \(request.contentType)",
                origin: MicroError.Origin.client)
        }
        if let error, !error.isEmpty { throw MicroError(wireText: error, origin: service) }
        return TransportResponse(contentType: contentType, headers: response.headers, body: message)
    }

    private func parts(of envelope: ByteBuffer) -> (message: ByteBuffer, error: String?)? {
        switch kind {
        case .protobuf: return ProtoRPCHeader.unwrapped(envelope).map { ($1, $0.error) }
        case .json:
            guard let object = envelope.jsonObject else { return nil }
            let error = object["error"] as? String
            guard let result = object["result"].map({ ByteBuffer(json: $0) }) ?? error.map({ ByteBuffer(string: $0) })
            else { return nil }
            return (result, error)
        }
    }
}
