// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import Micro
import MicroEdge
import NIOCore

/// Passes a whole HTTP request to an endpoint as an ``APIRequest``, and makes the HTTP response of its ``APIResponse``.
struct APIHandler: Sendable {
    let client: Client

    /// Calls the endpoint of a request.
    func respond(to request: GatewayRequest) async throws -> Response {
        let message = try await Self.message(of: request)
        var options = request.options
        options.contentType = "application/json"
        let response: APIResponse = try await client.call(
            request.target.service, request.target.endpoint, message, options: options)
        return try Self.response(response)
    }

    private static func message(of request: GatewayRequest) async throws -> APIRequest {
        let body = try await request.body()
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
            throw HTTPError(
                .unsupportedMediaType, message: "the body is not UTF-8; use the handler rpc for binary bodies")
        }
        let isForm = request.mediaType == "application/x-www-form-urlencoded"
        let path = request.context.path
        return APIRequest(
            method: request.http.method.rawValue, path: path.description, header: Self.header(of: request),
            get: path.query.map(pairs), post: isForm ? pairs(text) : nil, body: isForm || text.isEmpty ? nil : text,
            url: path.description + (path.query.map { "?\($0)" } ?? ""))
    }

    /// The header fields, with the client's address in place of what the client claims.
    static func header(of request: GatewayRequest) -> [String: APIPair] {
        var header: [String: APIPair] = [:]
        for field in ProxyHeaders.passed(request) where !Self.withheld.contains(field.name.canonicalName) {
            header[field.name.rawName, default: APIPair(key: field.name.rawName, values: [])].values.append(field.value)
        }
        if let host = request.http.head.authority { header["Host"] = APIPair(key: "Host", values: [host]) }
        for (name, value) in request.metadata { header[name] = APIPair(key: name, values: [value]) }
        return header
    }

    /// Credentials, which a message may not carry.
    private static let withheld: Set = ["authorization", "cookie", "x-api-key"]

    private static func response(_ message: APIResponse) throws -> Response {
        let status = message.statusCode ?? 0
        guard status == 0 || (200...599).contains(status) else {
            throw MicroError(
                .internal, "the service responded with the status \(status)", origin: MicroError.Origin.edge)
        }
        var headers: HTTPFields = [:]
        for pair in (message.header ?? [:]).values {
            guard let name = HTTPField.Name(pair.key), !ProxyHeaders.isInternal(name), name != .contentLength else {
                continue
            }
            for value in pair.values where HTTPField.isValidValue(value) {
                headers.append(HTTPField(name: name, value: value))
            }
        }
        if headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return Response(
            status: .init(code: status == 0 ? 200 : status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: message.body ?? "")))
    }

    /// The parameters of a query or a form, as strings.
    private static func pairs(_ query: String) -> [String: APIPair] {
        var pairs: [String: APIPair] = [:]
        for parameter in query.split(separator: "&").prefix(256) {
            let halves = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = halves.map { String($0).replacing("+", with: " ").removingPercentEncoding ?? String($0) }
            pairs[decoded[0], default: APIPair(key: decoded[0], values: [])].values
                .append(decoded.count == 2 ? decoded[1] : "")
        }
        return pairs
    }
}
