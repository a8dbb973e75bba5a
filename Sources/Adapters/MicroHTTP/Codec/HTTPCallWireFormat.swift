// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import Synchronization

/// Calls of services, as go-micro has them: `POST /`, status 200 for every answer of a service, errors in a header. It
/// knows fields and bodies, and no codec.
final class HTTPCallWireFormat: HTTPWireFormat {
    /// What all requests to an endpoint of an address begin with.
    private struct RequestPrefixKey: Hashable {
        let address: Address
        let service: String
        let endpoint: String
        let contentType: String
    }

    /// How many openings are kept: those of the endpoints that a client calls, times the nodes.
    private static let maxCachedPrefixes = 4096

    /// Media types whose messages may name the endpoint, so that go-micro asks for no fields of its own beside them.
    private static let contentTypesNamingEndpoint: Set = [
        "application/json", "application/json-rpc", "application/proto-rpc",
    ]

    private let cachedPrefixes = Mutex<[RequestPrefixKey: ByteBuffer]>([:])

    func writeHead(
        of request: TransportRequest, to address: Address, id: Int?, limits: HTTPConfiguration, _ head: inout ByteBuffer
    ) throws(MicroError) {
        // What is the same for all requests comes first: peers of this toolkit read it by comparing.
        let requestPrefix = try requestPrefix(of: request, to: address)
        head.writeImmutableBuffer(requestPrefix)
        if let id {
            head.writeStaticString("Micro-Id: ")
            head.writeDecimal(id)
            head.writeStaticString("\r\nX-Micro-Id: ")
            head.writeDecimal(id)
        } else {
            head.writeStaticString("Micro-Stream: true")
        }
        head.writeStaticString("\r\nTimeout: ")
        head.writeDecimal(Int(max(1, request.deadline.remainingNanoseconds)))
        head.writeStaticString("\r\n")
        try HTTPMessageEncoding.write(
            request.headers, to: &head, reservedSize: head.readableBytes, limit: limits.maxHeaderSize,
            origin: MicroError.Origin.client)
    }

    private func requestPrefix(of request: TransportRequest, to address: Address) throws(MicroError) -> ByteBuffer {
        let key = RequestPrefixKey(
            address: address, service: request.service, endpoint: request.endpoint, contentType: request.contentType)
        if let present = cachedPrefixes.withLock({ $0[key] }) { return present }
        var requestPrefix = ByteBuffer(string: "POST / HTTP/1.1\r\n")
        for (name, value) in [("Host", address.description)] + GoMicroHeaders.target(of: request) {
            try HTTPMessageEncoding.check(value, as: name, origin: MicroError.Origin.client)
            HTTPMessageEncoding.write(name, value, to: &requestPrefix)
        }
        cachedPrefixes.withLock { [requestPrefix] cachedPrefixes in
            // What is no longer called goes with the rest.
            if cachedPrefixes.count >= Self.maxCachedPrefixes { cachedPrefixes.removeAll() }
            cachedPrefixes[key] = requestPrefix
        }
        return requestPrefix
    }

    func readResponse(
        _ head: HTTPHead, body: ByteBuffer, from address: Address, service: String
    ) throws -> TransportResponse {
        if let error = head.fields.error, !error.isEmpty { throw MicroError(wireText: error, origin: service) }
        guard head.status == 200 else {
            throw MicroError(
                HTTPMessageEncoding.code(forStatus: head.status),
                "\(address) answered HTTP \(head.status) without Micro-Error: it is no micro service, or a proxy before "
                    + "one", origin: MicroError.Origin.transport)
        }
        return TransportResponse(contentType: head.fields.contentType, headers: head.fields.headers, body: body)
    }

    func readRequest(
        method: String, target: String, fields: HTTPFields, defaultRequestTimeout: Duration
    ) throws(HTTPStatusError) -> TransportRequest {
        guard method == "POST" else {
            throw HTTPStatusError(405, .invalidArgument, "calls are POST, not \(method.prefix(20))")
        }
        guard target == "/" || target.hasPrefix("/?") else {
            throw HTTPStatusError(404, .notFound, "calls go to /: there is nothing else here")
        }
        let service = fields.service ?? ""
        let endpoint = fields.endpoint ?? fields.method ?? ""
        let isEndpointInBody =
            service.isEmpty && endpoint.isEmpty && Self.contentTypesNamingEndpoint.contains(fields.contentType)
        guard isEndpointInBody || !service.isEmpty else {
            throw HTTPStatusError(400, .invalidArgument, "the header Micro-Service is missing: it names the service")
        }
        guard isEndpointInBody || !endpoint.isEmpty else {
            throw HTTPStatusError(400, .invalidArgument, "the header Micro-Endpoint is missing: it names the endpoint")
        }
        return TransportRequest(
            service: service, endpoint: endpoint, contentType: fields.contentType, headers: fields.headers,
            deadline: .now + GoMicroHeaders.timeout(fields.timeout, default: defaultRequestTimeout))
    }

    func errorResponse(_ error: MicroError, to request: TransportRequest, id: String?) -> HTTPResponseHead {
        HTTPResponseHead(error, contentType: request.contentType, id: id)
    }
}
