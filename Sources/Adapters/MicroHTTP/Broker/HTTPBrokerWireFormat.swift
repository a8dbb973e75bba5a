// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore

/// The wire format of go-micro's HTTP broker: `POST /_sub?id=<subscriber>`; the status of the response reports whether
/// the subscriber accepted the message.
///
/// The request's `service` is the ID of the subscriber, its `endpoint` the topic.
struct HTTPBrokerWireFormat: HTTPWireFormat {
    private static let path = "/_sub"
    /// The path of go-micro v4.
    private static let rootPath = "/"

    func writeHead(
        of request: TransportRequest, to address: Address, id: Int?, limits: HTTPConfiguration, _ head: inout ByteBuffer
    ) throws(MicroError) {
        // The subscriber's ID needs no escaping: names and IDs in a registry contain only characters that a query
        // allows.
        head.writeString("POST \(Self.path)?id=\(request.service) HTTP/1.1\r\n")
        HTTPFieldWriter.write("Host", address.description, to: &head)
        HTTPFieldWriter.write("Content-Type", request.contentType, to: &head)
        if let name = request.headers[HTTPBrokerMessage.addedHeader] {
            HTTPFieldWriter.write(HTTPBrokerMessage.addedHeader, name, to: &head)
        }
    }

    func readResponse(
        _ head: HTTPHead, body: ByteBuffer, from address: Address, service: String
    ) throws -> TransportResponse {
        if let error = head.fields.error, !error.isEmpty { throw MicroError(wireText: error, origin: service) }
        guard (200..<300).contains(head.status) else {
            throw MicroError(
                MicroError.Code(foreignStatus: head.status), "\(address) responded with HTTP status \(head.status)",
                origin: MicroError.Origin.transport)
        }
        return TransportResponse(contentType: head.fields.contentType)
    }

    func readRequest(
        _ head: HTTPHead, defaultRequestTimeout: Duration
    ) throws(HTTPStatusError) -> TransportRequest {
        guard head.method == "POST" else {
            throw HTTPStatusError(.init(status: 405), "the method must be POST, not \(head.method.prefix(20))")
        }
        let parts = head.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0] == Self.path || parts[0] == Self.rootPath else {
            throw HTTPStatusError(.notFound, "the path must be \(Self.path) or \(Self.rootPath)")
        }
        let pairs = parts.count == 2 ? parts[1].split(separator: "&") : []
        guard let id = pairs.first(where: { $0.hasPrefix("id=") })?.dropFirst(3), !id.isEmpty else {
            throw HTTPStatusError(.invalidArgument, "the subscriber's ID is missing: expected \(Self.path)?id=…")
        }
        return TransportRequest(
            service: String(id), endpoint: "", contentType: head.fields.contentType, headers: head.fields.userHeaders,
            deadline: .now + defaultRequestTimeout)
    }

    func errorResponse(_ error: MicroError, to request: TransportRequest, id: String?) -> HTTPServerResponse {
        HTTPServerResponse(HTTPStatusError(error))
    }
}
