// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import Synchronization

/// Calls of services, as go-micro has them: `POST /`, status 200 for every answer of a service, errors in a header. It
/// knows fields and bodies, and no codec.
final class HTTPCallDialect: HTTPDialect {
    /// What all requests to an endpoint of an address begin with.
    private struct Opening: Hashable {
        let address: Address
        let service: String
        let endpoint: String
        let contentType: String
    }

    /// How many openings are kept: those of the endpoints that a client calls, times the nodes.
    private static let openingCount = 4096

    /// Media types whose messages may name the endpoint, so that go-micro asks for no fields of its own beside them.
    private static let naming: Set = ["application/json", "application/json-rpc", "application/proto-rpc"]

    private let openings = Mutex<[Opening: ByteBuffer]>([:])

    func writeHead(
        of request: TransportRequest, to address: Address, id: Int?, limits: HTTPConfiguration, _ head: inout ByteBuffer
    ) throws(MicroError) {
        // What is the same for all requests comes first: peers of this toolkit read it by comparing.
        let opening = try opening(of: request, to: address)
        head.writeImmutableBuffer(opening)
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
        try HTTPWire.write(
            request.headers, to: &head, besides: head.readableBytes, limit: limits.largestHeader,
            origin: MicroError.Origin.client)
    }

    private func opening(of request: TransportRequest, to address: Address) throws(MicroError) -> ByteBuffer {
        let key = Opening(
            address: address, service: request.service, endpoint: request.endpoint, contentType: request.contentType)
        if let present = openings.withLock({ $0[key] }) { return present }
        var opening = ByteBuffer(string: "POST / HTTP/1.1\r\n")
        for (name, value) in [("Host", address.description)] + CallFields.target(of: request) {
            try HTTPWire.check(value, as: name, origin: MicroError.Origin.client)
            HTTPWire.write(name, value, to: &opening)
        }
        openings.withLock { [opening] openings in
            // What is no longer called goes with the rest.
            if openings.count >= Self.openingCount { openings.removeAll() }
            openings[key] = opening
        }
        return opening
    }

    func readResponse(
        _ head: HTTPHead, body: ByteBuffer, from address: Address, service: String
    ) throws -> TransportResponse {
        if let error = head.fields.error, !error.isEmpty { throw MicroError(wireText: error, origin: service) }
        guard head.status == 200 else {
            throw MicroError(
                HTTPWire.code(ofForeign: head.status),
                "\(address) answered HTTP \(head.status) without Micro-Error: it is no micro service, or a proxy before "
                    + "one", origin: MicroError.Origin.transport)
        }
        return TransportResponse(contentType: head.fields.contentType, headers: head.fields.headers, body: body)
    }

    func readRequest(
        method: String, target: String, fields: HTTPFields, defaultDeadline: Duration
    ) throws(HTTPRefusal) -> TransportRequest {
        guard method == "POST" else {
            throw HTTPRefusal(405, .invalidArgument, "calls are POST, not \(method.prefix(20))")
        }
        guard target == "/" || target.hasPrefix("/?") else {
            throw HTTPRefusal(404, .notFound, "calls go to /: there is nothing else here")
        }
        let service = fields.service ?? ""
        let endpoint = fields.endpoint ?? fields.method ?? ""
        let isNamedInside = service.isEmpty && endpoint.isEmpty && Self.naming.contains(fields.contentType)
        guard isNamedInside || !service.isEmpty else {
            throw HTTPRefusal(400, .invalidArgument, "the header Micro-Service is missing: it names the service")
        }
        guard isNamedInside || !endpoint.isEmpty else {
            throw HTTPRefusal(400, .invalidArgument, "the header Micro-Endpoint is missing: it names the endpoint")
        }
        return TransportRequest(
            service: service, endpoint: endpoint, contentType: fields.contentType, headers: fields.headers,
            deadline: .now + CallFields.timeout(fields.timeout, default: defaultDeadline))
    }

    func answer(_ error: MicroError, to request: TransportRequest, id: String?) -> HTTPAnswer {
        HTTPAnswer(error, contentType: request.contentType, id: id)
    }
}
