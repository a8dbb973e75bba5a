// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The mapping of calls to HTTP messages and back, as go-micro has it: `POST /`, status 200 for every answer of a
/// service, errors in a header. It knows fields and bodies, and no codec.
enum HTTPWire {
    /// Fields in the order in which they are sent.
    typealias Fields = [(String, String)]

    /// The fields of a request but for those that are known only when it is sent (``sendingFields(id:deadline:)``).
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` or `payloadTooLarge`: nothing that breaks the rules is sent.
    static func requestFields(
        _ request: TransportRequest, to address: Address, limits: HTTPConfiguration
    ) throws(MicroError) -> Fields {
        let origin = MicroError.Origin.client
        try checkBody(request.body, of: "request to \(address)", limit: limits.largestBody, origin: origin)
        var fields: Fields = [
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
        for (name, value) in fields { try check(value, as: name, origin: origin) }
        try append(request.headers, to: &fields, limit: limits.largestHeader, origin: origin)
        return fields
    }

    /// The fields of a request that are known only when it is sent.
    static func sendingFields(id: String, deadline: ContinuousClock.Instant) -> Fields {
        [("Micro-Id", id), ("X-Micro-Id", id), ("Timeout", String(max(1, deadline.remainingNanoseconds)))]
    }

    /// Reads the head of a request; the body is still to come.
    ///
    /// - Throws: ``HTTPRefusal`` for what is no call at all.
    static func readRequest(
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
            deadline: .now + timeout(fields.timeout, default: defaultDeadline))
    }

    /// Reads a response.
    ///
    /// - Throws: The ``MicroError`` that it carries or stands for.
    static func readResponse(
        status: Int, fields: HTTPFields, body: ByteBuffer, from address: Address, service: String
    ) throws -> TransportResponse {
        if let error = fields.error, !error.isEmpty { throw MicroError(wireText: error, origin: service) }
        guard status == 200 else {
            throw MicroError(
                code(ofForeign: status),
                "\(address) answered HTTP \(status) without Micro-Error: it is no micro service, or a proxy before one",
                origin: MicroError.Origin.transport)
        }
        return TransportResponse(contentType: fields.contentType, headers: fields.headers, body: body)
    }

    /// Checks the user's headers and adds them.
    static func append(_ headers: Headers, to fields: inout Fields, limit: Int, origin: String) throws(MicroError) {
        func refuse(_ problem: String) -> MicroError {
            MicroError(.invalidArgument, problem, origin: origin, isSafeToRetry: true)
        }
        for (name, value) in headers {
            guard isToken(name) else { throw refuse("\(shown(name)) is not a name for a header") }
            guard HTTPFields.own(name) == nil else {
                throw refuse("the header \(name) belongs to the transport: choose another name")
            }
            guard isValue(value) else {
                throw refuse("the value of the header \(name) has control characters, or blanks around it")
            }
            fields.append((name, value))
        }
        let size = fields.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count }
        guard size <= limit, fields.count <= largestCount else {
            throw refuse(
                "the header has \(fields.count) fields of \(size) bytes: the limit is \(largestCount) of \(limit)")
        }
    }

    /// Checks the value of a field of ours.
    static func check(_ value: String, as name: String, origin: String) throws(MicroError) {
        guard !value.isEmpty, isValue(value) else {
            throw MicroError(
                .invalidArgument, "\(shown(value)) cannot be sent as \(name)", origin: origin, isSafeToRetry: true)
        }
    }

    /// Checks a body against the limit.
    static func checkBody(_ body: ByteBuffer, of what: String, limit: Int, origin: String) throws(MicroError) {
        guard body.readableBytes <= limit else {
            throw MicroError(
                .payloadTooLarge, "the body of the \(what) has \(body.readableBytes) bytes: the limit is \(limit)",
                origin: origin, isSafeToRetry: true)
        }
    }

    /// The number of fields in a header, ours included.
    static let largestCount = 256

    /// The time of a `Timeout` in nanoseconds. What no peer of this kind sends counts as absent, a negative one as
    /// passed.
    private static func timeout(_ text: String?, default: Duration) -> Duration {
        guard let text, let first = text.utf8.first else { return `default` }
        let digits = text.utf8.dropFirst(first == 0x2D ? 1 : 0)
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return `default` }
        return first == 0x2D ? .zero : .nanoseconds(Int64(text) ?? .max)
    }

    /// The code for a status of somebody who is no service: what only says that this is the wrong place is not taken
    /// for an answer of a service.
    private static func code(ofForeign status: Int) -> MicroError.Code {
        switch status {
        case 401, 403, 413, 429, 502, 503, 504: MicroError.Code(status: status)
        default: .internal
        }
    }

    /// Whether a text is a token (RFC 9110, section 5.6.2).
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
                default: false
                }
            }
    }

    /// Whether a text arrives as it was sent: a field's value has no control characters but the tab, and blanks around
    /// it are not part of it (RFC 9110, section 5.5).
    private static func isValue(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.first != 0x20, bytes.first != 0x09, bytes.last != 0x20, bytes.last != 0x09 else { return false }
        return bytes.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    /// The text in quotes, short and without control characters.
    private static func shown(_ text: String) -> String {
        "\"\(String(String.UnicodeScalarView(text.unicodeScalars.prefix(80).map { $0.value < 0x20 ? "?" : $0 })))\""
    }
}
