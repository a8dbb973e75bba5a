// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// Calls of services, as go-micro has them: `POST /`, status 200 for every answer of a service, errors in a header. It
/// knows fields and bodies, and no codec.
struct HTTPCallDialect: HTTPDialect {
    func target(of request: TransportRequest) -> String { "/" }

    func fields(
        of request: TransportRequest, to address: Address, limits: HTTPConfiguration
    ) throws(MicroError) -> HTTPWire.Fields {
        let origin = MicroError.Origin.client
        try HTTPWire.checkBody(request.body, of: "request to \(address)", limit: limits.largestBody, origin: origin)
        var fields: HTTPWire.Fields = [
            ("Host", address.description),
            ("Content-Length", String(request.body.readableBytes)),
            ("Content-Type", request.contentType),
            ("Accept", request.contentType),
            ("Micro-Service", request.service),
            ("Micro-Method", request.endpoint),
            ("Micro-Endpoint", request.endpoint),
            ("X-Micro-Service", request.service),
            ("X-Micro-Method", request.endpoint),
            ("X-Micro-Endpoint", request.endpoint),
        ]
        for (name, value) in fields { try HTTPWire.check(value, as: name, origin: origin) }
        try HTTPWire.append(request.headers, to: &fields, limit: limits.largestHeader, origin: origin)
        return fields
    }

    func sendingFields(id: String, deadline: ContinuousClock.Instant) -> HTTPWire.Fields {
        [("Micro-Id", id), ("X-Micro-Id", id), ("Timeout", String(max(1, deadline.remainingNanoseconds)))]
    }

    func readResponse(
        status: Int, fields: HTTPFields, body: ByteBuffer, from address: Address, service: String
    ) throws -> TransportResponse {
        if let error = fields.error, !error.isEmpty { throw MicroError(wireText: error, origin: service) }
        guard status == 200 else {
            throw MicroError(
                HTTPWire.code(ofForeign: status),
                "\(address) answered HTTP \(status) without Micro-Error: it is no micro service, or a proxy before one",
                origin: MicroError.Origin.transport)
        }
        return TransportResponse(contentType: fields.contentType, headers: fields.headers, body: body)
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
        guard let service = fields.service, !service.isEmpty else {
            throw HTTPRefusal(400, .invalidArgument, "the header Micro-Service is missing: it names the service")
        }
        guard let endpoint = fields.endpoint ?? fields.method, !endpoint.isEmpty else {
            throw HTTPRefusal(400, .invalidArgument, "the header Micro-Endpoint is missing: it names the endpoint")
        }
        return TransportRequest(
            service: service, endpoint: endpoint, contentType: fields.contentType, headers: fields.headers,
            deadline: .now + Self.timeout(fields.timeout, default: defaultDeadline))
    }

    func answer(_ error: MicroError, to request: TransportRequest, id: String?) -> HTTPAnswer {
        HTTPAnswer(error, contentType: request.contentType, id: id)
    }

    /// The time of a `Timeout` in nanoseconds. What no peer of this kind sends counts as absent, a negative one as
    /// passed.
    private static func timeout(_ text: String?, default: Duration) -> Duration {
        guard let text, let first = text.utf8.first else { return `default` }
        let digits = text.utf8.dropFirst(first == 0x2D ? 1 : 0)
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return `default` }
        return first == 0x2D ? .zero : .nanoseconds(Int64(text) ?? .max)
    }
}
