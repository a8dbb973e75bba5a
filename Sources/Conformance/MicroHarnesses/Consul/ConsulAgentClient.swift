// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroConsul
import MicroCore

/// A client of a Consul agent that does not use the adapter.
struct ConsulAgentClient: Sendable {
    private struct AgentSelf: Decodable {
        struct Config: Decodable {
            let version: String

            enum CodingKeys: String, CodingKey { case version = "Version" }
        }

        let config: Config

        enum CodingKeys: String, CodingKey { case config = "Config" }
    }

    private let client: BackendHTTPClient
    private let token: Secret?

    /// Creates a client for the first address of a valid configuration.
    init(_ configuration: ConsulConfiguration) {
        token = configuration.token
        client = BackendHTTPClient(
            .init(
                name: "Consul", connectionAdvice: "start an agent there, or pass the address of a running agent",
                addressAdvice: "check that it is the address of an agent's HTTP interface"),
            address: configuration.addresses.first ?? "", usesTLS: configuration.usesTLS,
            tls: CurlTLS(configuration.tls))
    }

    /// The address with its scheme.
    var url: String { client.url }

    /// The version of the agent; `unknown` if the token may not read it. No case depends on the version.
    func version() async throws -> String {
        let response = try await send("GET", "/v1/agent/self")
        if response.status == 403, token != nil, response.text.contains("Permission denied") { return "unknown" }
        return try client.decode(AgentSelf.self, try validated(response).body).config.version
    }

    /// Sends a request.
    ///
    /// - Returns: The body of the response.
    /// - Throws: ``MicroCore/MicroError`` for a status other than 200.
    @discardableResult
    func request(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> [UInt8] {
        try validated(try await send(method, path, body: body)).body
    }

    /// Sends a request with a JSON body.
    func put(_ path: String, _ value: some Encodable) async throws {
        try await request("PUT", path, body: [UInt8](try JSONEncoder().encode(value)))
    }

    /// Deregisters a service instance. An unknown instance is not an error: Consul reports it with 404, and with 500 if
    /// ACLs are enabled.
    func deregister(_ id: String) async throws {
        let encoded = id.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? id
        let response = try await send("PUT", "/v1/agent/service/deregister/\(encoded)")
        if response.status == 404 || (response.status == 500 && response.text.contains("Unknown service")) { return }
        _ = try validated(response)
    }

    /// Decodes a JSON body.
    func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value {
        try client.decode(type, body)
    }

    private func send(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> CurlResponse {
        try await client.send(
            method, path, headers: token.map { [("X-Consul-Token", $0.reveal())] } ?? [], body: body)
    }

    private func validated(_ response: CurlResponse) throws -> CurlResponse {
        switch response.status {
        case 200: return response
        case 401, 403: throw client.refusal(response, response.firstLine, check: "CONSUL_HTTP_TOKEN")
        case 500...599: throw client.refusal(response, response.firstLine, check: nil)
        default: throw client.unexpectedResponse("status \(response.status)")
        }
    }
}
