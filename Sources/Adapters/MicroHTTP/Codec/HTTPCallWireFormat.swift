// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import Synchronization

/// The wire format of go-micro's calls: `POST /`, the status 200 for every response of a service, errors in a header.
final class HTTPCallWireFormat: HTTPWireFormat {
    private struct RequestPrefixKey: Hashable {
        let address: Address
        let service: String
        let endpoint: String
        let contentType: String
        let kind: GoMicroRequestKind
    }

    /// The maximum number of cached prefixes. A client needs one for each endpoint and node that it calls.
    private static let maxCachedPrefixes = 4096

    /// The first lines of all requests to an endpoint of an address.
    private let cachedPrefixes = Mutex<[RequestPrefixKey: ByteBuffer]>([:])

    func writeHead(
        of request: TransportRequest, to address: Address, id: Int?, limits: HTTPConfiguration, _ head: inout ByteBuffer
    ) throws(MicroError) {
        // The fields that are equal in all requests come first: swift-micro peers compare them instead of parsing them.
        let requestPrefix = try requestPrefix(of: request, id == nil ? .stream : .call, to: address)
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
        try HTTPFieldWriter.write(
            request.headers, to: &head, reservedSize: head.readableBytes, limit: limits.maxHeaderSize,
            origin: MicroError.Origin.client)
    }

    private func requestPrefix(
        of request: TransportRequest, _ kind: GoMicroRequestKind, to address: Address
    ) throws(MicroError) -> ByteBuffer {
        let key = RequestPrefixKey(
            address: address, service: request.service, endpoint: request.endpoint, contentType: request.contentType,
            kind: kind)
        if let present = cachedPrefixes.withLock({ $0[key] }) { return present }
        var requestPrefix = ByteBuffer(string: "POST / HTTP/1.1\r\n")
        let fields =
            [("Host", address.description)] + GoMicroHeaders.targetFields(of: request)
            + [(GoMicroRequestKind.headerName, kind.headerValue(for: request.endpoint))]
        for (name, value) in fields {
            try HTTPFieldWriter.check(value, as: name, origin: MicroError.Origin.client)
            HTTPFieldWriter.write(name, value, to: &requestPrefix)
        }
        cachedPrefixes.withLock { [requestPrefix] cachedPrefixes in
            // Removes all prefixes, including unused ones.
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
                MicroError.Code(foreignStatus: head.status),
                "\(address) responded HTTP \(head.status) without Micro-Error: it is not a micro service, or a proxy in "
                    + "front of one", origin: MicroError.Origin.transport)
        }
        return TransportResponse(contentType: head.fields.contentType, headers: head.fields.userHeaders, body: body)
    }

    func readRequest(
        _ head: HTTPHead, defaultRequestTimeout: Duration
    ) throws(HTTPStatusError) -> TransportRequest {
        let fields = head.fields
        var request = TransportRequest(
            service: fields.service ?? "", endpoint: fields.endpoint ?? fields.method ?? "",
            contentType: fields.contentType, headers: fields.userHeaders,
            deadline: .now + GoMicroHeaders.timeout(fields.timeout, default: defaultRequestTimeout))
        request.usesLegacyNames = fields.usesLegacyNames
        // Fast path for the target of nearly all calls: go-micro's clients send no other target.
        if head.method != "POST" || head.target != "/", let resource = try HTTPResource(head) {
            if !resource.service.isEmpty { request.service = resource.service }
            request.endpoint = resource.endpoint
            if head.method != "POST" { request.contentType = "application/json" }
        }
        if fields.service == nil || fields.endpoint ?? fields.method == nil {
            request.isFromPlainClient = !fields.isFromMicroPeer
        }
        guard !request.endpoint.isEmpty || fields.isEndpointInBody else {
            throw HTTPStatusError(
                .invalidArgument,
                "the request names no endpoint: use the path /Service.Method, the header Micro-Endpoint, or JSON-RPC")
        }
        return request
    }

    func errorResponse(_ error: MicroError, to request: TransportRequest, id: String?) -> HTTPServerResponse {
        guard !request.isFromPlainClient else { return HTTPServerResponse(HTTPStatusError(error)) }
        // Clients before v1.0 read the error from an envelope.
        let body = LegacyRPCEnvelope(request)?.wrapped(error: error.wireText) ?? ByteBuffer()
        return HTTPServerResponse(error, contentType: request.contentType, id: id, body: body)
    }
}
