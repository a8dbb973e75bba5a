// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

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
        transfer = CurlTransfer(
            configuration: .init(
                tls: CurlTLS(
                    certificateAuthorityFile: configuration.certificateAuthorityFile,
                    clientCertificateFile: configuration.clientCertificateFile,
                    clientKeyFile: configuration.clientKeyFile)))
    }

    /// The version that the agent tells; `unknown` if it does not tell it to this token, which cases can do without.
    func version() async throws -> String {
        let answer = try await answer("GET", "/v1/agent/self")
        if answer.status == 403, token != nil, answer.text.contains("Permission denied") { return "unknown" }
        return try decode(Agent.self, try accepted(answer)).config.version
    }

    /// The body of what the agent answers with 200.
    @discardableResult
    func ask(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> [UInt8] {
        try accepted(try await answer(method, path, body: body))
    }

    /// Deregisters a service instance. One that is not there is gone: with ACLs the agent says so by 500.
    func deregister(_ id: String) async throws {
        let encoded = id.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "%20")
        let answer = try await answer("PUT", "/v1/agent/service/deregister/\(encoded)")
        if answer.status == 404 || (answer.status == 500 && answer.text.contains("Unknown service")) { return }
        _ = try accepted(answer)
    }

    /// Reads an answer.
    func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value {
        do { return try JSONDecoder().decode(type, from: Data(body)) } catch { throw foreign("no JSON of Consul") }
    }

    private func answer(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> CurlResponse {
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

    private func accepted(_ answer: CurlResponse) throws -> [UInt8] {
        switch answer.status {
        case 200: return answer.body
        case 401, 403:
            throw MicroError(
                .permissionDenied,
                "Consul at \(url) answered \(answer.status): \(answer.text). Check CONSUL_HTTP_TOKEN",
                origin: "conformance")
        case 500...599:
            throw MicroError(
                .unavailable, "Consul at \(url) answered \(answer.status): \(answer.text)", origin: "conformance")
        default: throw foreign("status \(answer.status)")
        }
    }

    private func foreign(_ answer: String) -> MicroError {
        MicroError(
            .internal,
            "\(url) does not answer as Consul does (\(answer)). Is it the address of an agent's HTTP interface?",
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
