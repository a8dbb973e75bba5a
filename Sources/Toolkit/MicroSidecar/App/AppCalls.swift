// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import NIOCore
import NIOHTTP1

/// Passes calls for a service on to its app.
struct AppCalls: Sendable {
    let app: SidecarApp
    let client: AppClient

    /// Responds to a call with the response of the app.
    ///
    /// - Throws: ``MicroCore/MicroError``: the error of the app, or why it has not responded.
    func respond(to request: TransportRequest) async throws -> TransportResponse {
        try await LegacyRPC.respond(to: request, service: app.name) { request in
            if request.endpoint == "Debug.Health" { return try await health(request) }
            return switch app.callProtocol {
            case .jsonRPC: try await callJSONRPC(request)
            case .http, .direct: try await callHTTP(request)
            }
        }
    }

    /// Responds as every service of the toolkit does, so that `micro health` works.
    private func health(_ request: TransportRequest) async throws -> TransportResponse {
        guard MediaType.essence(of: request.contentType) == "application/json" else {
            throw MicroError(
                .invalidArgument, "Debug.Health of \(app.name) responds in JSON only", origin: MicroError.Origin.server)
        }
        try await AppHealthProbe(check: app.healthCheck, client: client).run()
        return TransportResponse(contentType: request.contentType, body: ByteBuffer(string: #"{"status":"ok"}"#))
    }

    // MARK: HTTP

    private func callHTTP(_ request: TransportRequest) async throws -> TransportResponse {
        let (method, path) = try target(of: request.endpoint)
        let response = try await client.send(
            method, path, headers: headers(for: request), body: method == .GET ? nil : request.body,
            deadline: request.deadline)
        guard (200..<300).contains(response.status) else { throw error(of: response) }
        var result = TransportResponse(
            contentType: response.headers.first(name: "Content-Type") ?? request.contentType, body: response.body)
        for (name, value) in response.headers where Self.isPassed(name) { result.headers.add(name, value) }
        // A decoder of JSON needs a value.
        if result.body.readableBytes == 0, MediaType.essence(of: result.contentType).hasSuffix("json") {
            result.body = ByteBuffer(string: "{}")
        }
        return result
    }

    /// The method and the path for an endpoint: those of its metadata (`method`, and a literal `path`), a name that is a path
    /// itself, or else `POST /Greeter.Hello`.
    private func target(of endpoint: String) throws -> (HTTPMethod, String) {
        let metadata = app.endpoints.first { $0.name == endpoint }?.metadata ?? [:]
        let method = metadata["method"].map { HTTPMethod(rawValue: $0.uppercased()) } ?? .POST
        if let path = metadata["path"], path.hasPrefix("/"), !path.contains("{") { return (method, path) }
        let path = endpoint.hasPrefix("/") ? endpoint : "/\(endpoint)"
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw MicroError(
                .notFound, "\(app.name) has no endpoint of this name", origin: MicroError.Origin.server)
        }
        return (method, path)
    }

    /// The header of a request to the app: the metadata of the call, what is called, and how much time is left.
    private func headers(for request: TransportRequest) -> HTTPHeaders {
        var headers: HTTPHeaders = [:]
        for (name, value) in request.headers where Self.isPassed(name) { headers.add(name: name, value: value) }
        headers.replaceOrAdd(name: "Content-Type", value: request.contentType)
        headers.replaceOrAdd(name: "Micro-Service", value: app.name)
        headers.replaceOrAdd(name: "Micro-Endpoint", value: request.endpoint)
        let remaining = max(0, (request.deadline - .now) / .milliseconds(1))
        headers.replaceOrAdd(name: "Micro-Timeout-Ms", value: String(Int64(min(remaining, 1e12))))
        return headers
    }

    /// Whether a header is passed between a caller and an app: not those of the connection, and not the token.
    private static func isPassed(_ name: String) -> Bool {
        ![
            "connection", "content-length", "content-type", "expect", "host", "keep-alive", "micro-app-token",
            "micro-endpoint", "micro-error", "micro-service", "micro-timeout-ms", "proxy-connection", "te", "timeout",
            "trailer", "transfer-encoding", "upgrade",
        ].contains(name.lowercased())
    }

    private func error(of response: AppClient.Response) -> MicroError {
        if Self.hasWireCode(response.body) {
            return MicroError(wireText: String(buffer: response.body), origin: app.name)
        }
        let text = response.text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return MicroError(
            .init(status: response.status),
            text.isEmpty ? "\(app.name) responded with the status \(response.status)" : text, origin: app.name)
    }

    /// Whether the `code` in a body is a status, as in go-micro's JSON of an error. Other JSON may use the name for
    /// anything else.
    private static func hasWireCode(_ body: ByteBuffer) -> Bool {
        guard let code = JSONSlices.members(of: body)?.last(where: { $0.key == "code" })?.value,
            let status = Int(String(buffer: code))
        else { return false }
        return (400..<600).contains(status)
    }

    // MARK: JSON-RPC

    private func callJSONRPC(_ request: TransportRequest) async throws -> TransportResponse {
        guard MediaType.essence(of: request.contentType).hasSuffix("json") else {
            throw MicroError(
                .invalidArgument, "\(app.name) speaks JSON-RPC: send application/json, not \(request.contentType)",
                origin: MicroError.Origin.server)
        }
        var headers = headers(for: request)
        headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        let response = try await client.send(
            .POST, "/", headers: headers, body: try AppJSONRPC.request(request.body, method: request.endpoint),
            deadline: request.deadline)
        guard (200..<300).contains(response.status) else { throw error(of: response) }
        return TransportResponse(
            contentType: request.contentType, body: try AppJSONRPC.result(of: response.body, service: app.name))
    }
}
