// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroConsul
import MicroCore

/// Asks an agent without the adapter: what a case compares the adapter with must not come from it.
struct ConsulAgentClient: Sendable {
    private struct Agent: Decodable {
        struct Config: Decodable {
            let version: String

            enum CodingKeys: String, CodingKey { case version = "Version" }
        }

        let config: Config

        enum CodingKeys: String, CodingKey { case config = "Config" }
    }

    private let transfer: CurlTransfer
    /// The address with its scheme.
    let url: String
    private let token: Secret?

    /// For the first address of a configuration that the adapter has accepted.
    init(_ configuration: ConsulConfiguration) {
        let address = configuration.addresses.first ?? ""
        let isComplete = address.hasPrefix("http://") || address.hasPrefix("https://")
        let whole = isComplete ? address : (configuration.usesTLS ? "https://" : "http://") + address
        url = whole.hasSuffix("/") ? String(whole.dropLast()) : whole
        token = configuration.token
        transfer = CurlTransfer(configuration: .init(tls: CurlTLS(configuration.tls)))
    }

    /// The version that the agent tells; `unknown` if it does not tell it to this token, which cases can do without.
    func version() async throws -> String {
        let reply = try await send("GET", "/v1/agent/self")
        if reply.status == 403, token != nil, reply.text.contains("Permission denied") { return "unknown" }
        return try decode(Agent.self, try validated(reply)).config.version
    }

    /// The body of what the agent answers with 200.
    @discardableResult
    func request(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> [UInt8] {
        try validated(try await send(method, path, body: body))
    }

    /// Deregisters a service instance. One that is not there is gone: with ACLs the agent says so by 500.
    func deregister(_ id: String) async throws {
        let encoded = id.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "%20")
        let reply = try await send("PUT", "/v1/agent/service/deregister/\(encoded)")
        if reply.status == 404 || (reply.status == 500 && reply.text.contains("Unknown service")) { return }
        _ = try validated(reply)
    }

    /// Reads an answer.
    func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value {
        do { return try JSONDecoder().decode(type, from: Data(body)) } catch {
            throw unexpectedResponse("no JSON of Consul")
        }
    }

    private func send(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> CurlResponse {
        do {
            return try await transfer.perform(
                CurlRequest(
                    method: method, url: url + path,
                    headers: token.map { [("X-Consul-Token", $0.reveal())] } ?? [], body: body, timeout: .seconds(5)))
        } catch let error as CurlError {
            throw MicroError(
                .unavailable,
                "cannot reach Consul at \(url): \(error.message). Start an agent there, or give the address of one",
                origin: "conformance", cause: error)
        }
    }

    private func validated(_ reply: CurlResponse) throws -> [UInt8] {
        switch reply.status {
        case 200: return reply.body
        case 401, 403:
            throw MicroError(
                .permissionDenied,
                "Consul at \(url) answered \(reply.status): \(reply.text). Check CONSUL_HTTP_TOKEN",
                origin: "conformance")
        case 500...599:
            throw MicroError(
                .unavailable, "Consul at \(url) answered \(reply.status): \(reply.text)", origin: "conformance")
        default: throw unexpectedResponse("status \(reply.status)")
        }
    }

    private func unexpectedResponse(_ reply: String) -> MicroError {
        MicroError(
            .internal,
            "\(url) does not answer as Consul does (\(reply)). Is it the address of an agent's HTTP interface?",
            origin: "conformance")
    }
}

extension CurlResponse {
    /// The first line of the body, cut to what a message can hold.
    fileprivate var text: String {
        let line = String(decoding: body.prefix(200), as: UTF8.self).split(whereSeparator: \.isNewline).first
        return line.map(String.init) ?? "nothing"
    }
}
