// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore

/// Consul's HTTP interface, as far as it is used: one method for each request.
struct ConsulAPI: Sendable, CustomStringConvertible {
    /// An answer, and the index to wait behind for the next one.
    struct Indexed<Value: Sendable>: Sendable {
        let value: Value
        let index: UInt64
    }

    let configuration: ConsulConfiguration
    private let baseURL: String
    private let transfer = CurlTransfer()

    init(configuration: ConsulConfiguration) throws {
        self.configuration = configuration
        baseURL = try configuration.baseURL()
    }

    var description: String { "Consul at \(baseURL)" }

    func close() async { await transfer.close() }

    func register(_ registration: ConsulRegistration) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try await send("PUT", "/v1/agent/service/register", body: [UInt8](try encoder.encode(registration)))
    }

    /// Passes the TTL check of a service instance; false when the agent has none: it was lost.
    func pass(_ id: String) async throws -> Bool {
        let answer = try await answer("PUT", "/v1/agent/check/pass/service:\(id)")
        // 1.8 answers 500, newer agents 404.
        if answer.status == 404 { return false }
        if answer.status == 500, ["does not have associated TTL", "Unknown check"].contains(where: answer.text.contains) {
            return false
        }
        try check(answer)
        return true
    }

    /// An instance that is not there is removed already: Consul answers 200, newer agents 404.
    func deregister(_ id: String) async throws {
        let answer = try await answer("PUT", "/v1/agent/service/deregister/\(id)")
        if answer.status != 404 { try check(answer) }
    }

    /// The instances of a service with their checks.
    ///
    /// - Parameter index: Waits until there is something newer, but not longer than the configuration says; nil to get
    ///   the present answer.
    func health(of name: String, after index: UInt64? = nil) async throws -> Indexed<[ConsulHealth]> {
        let answer = try await query("/v1/health/service/\(name)", after: index, wait: configuration.longestWait)
        return try indexed([Lenient<ConsulHealth>].self, answer) { $0.compactMap(\.value) }
    }

    /// The names of all services but Consul's own.
    func serviceNames() async throws -> [String] {
        let answer = try await query("/v1/catalog/services", after: nil, wait: .zero)
        return try indexed([String: [String]].self, answer) { $0.keys.filter { $0 != "consul" && NameRules.isName($0) } }
            .value
    }

    /// Waits for a change of any check: instances that come, go, fail or recover.
    func anyCheck(after index: UInt64?, wait: Duration) async throws -> UInt64 {
        try indexed([Ignored].self, try await query("/v1/health/state/any", after: index, wait: wait)) { _ in }.index
    }

    private func query(_ path: String, after index: UInt64?, wait: Duration) async throws -> CurlResponse {
        guard let index else { return try await send("GET", path) }
        // Consul adds up to a sixteenth to spread its load; the rest is for the answer itself.
        let limit = wait + wait / 16 + configuration.timeout
        return try await send("GET", "\(path)?index=\(index)&wait=\(wait.milliseconds)ms", timeout: limit)
    }

    @discardableResult
    private func send(
        _ method: String, _ path: String, body: [UInt8]? = nil, timeout: Duration? = nil
    ) async throws -> CurlResponse {
        let answer = try await answer(method, path, body: body, timeout: timeout)
        try check(answer)
        return answer
    }

    private func answer(
        _ method: String, _ path: String, body: [UInt8]? = nil, timeout: Duration? = nil
    ) async throws -> CurlResponse {
        let timeout = timeout ?? configuration.timeout
        var headers = body == nil ? [] : [("Content-Type", "application/json")]
        if let token = configuration.token { headers.append(("X-Consul-Token", token.reveal())) }
        do {
            return try await transfer.perform(
                CurlRequest(
                    method: method, url: baseURL + path, headers: headers, body: body, timeout: timeout,
                    connectTimeout: configuration.timeout, maximumBodySize: configuration.largestAnswer))
        } catch let error as CurlError {
            throw ConsulError.of(error, at: description, timeout: timeout)
        }
    }

    private func check(_ answer: CurlResponse) throws {
        guard answer.status != 200 else { return }
        throw ConsulError.of(status: answer.status, text: answer.text, at: description)
    }

    /// Reads an answer of a query. One without an index did not come from Consul, and must not be read as "none".
    private func indexed<Wire: Decodable, Value: Sendable>(
        _ type: Wire.Type, _ answer: CurlResponse, _ map: (Wire) -> Value
    ) throws -> Indexed<Value> {
        guard let index = answer.headers["X-Consul-Index"].flatMap(UInt64.init) else {
            throw ConsulError.foreign(at: description, "there is no X-Consul-Index")
        }
        do {
            return Indexed(value: map(try JSONDecoder().decode(type, from: Data(answer.body))), index: index)
        } catch {
            throw ConsulError.foreign(at: description, "the answer is not the JSON of Consul")
        }
    }
}

/// An element that may be unreadable without spoiling the others.
private struct Lenient<Value: Decodable>: Decodable {
    let value: Value?

    init(from decoder: any Decoder) throws { value = try? Value(from: decoder) }
}

private struct Ignored: Decodable {}

extension CurlResponse {
    /// The beginning of the body as text: Consul's errors are plain text.
    fileprivate var text: String { String(decoding: body.prefix(300), as: UTF8.self) }
}
