// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

/// Sends requests to an agent: with the token, within the limit, with the errors of the contract.
struct ConsulHTTP: Sendable {
    private let transfer: CurlTransfer
    /// For all requests but blocking queries, of which there are few.
    private let requestSemaphore = AsyncSemaphore(CurlTransfer.maxConcurrentShortRequests)
    private let token: Secret?
    private let maxResponseSize: Int

    init(configuration: ConsulConfiguration) {
        transfer = CurlTransfer(configuration: .init(tls: configuration.tls))
        token = configuration.token
        maxResponseSize = configuration.maxResponseSize
    }

    var hasToken: Bool { token != nil }

    func close() async { await transfer.close() }

    /// The answer of an agent, whatever its status.
    ///
    /// - Parameters:
    ///   - wait: How much of the limit the agent may spend on waiting: a connection must be there after the rest.
    func response(
        _ method: String, _ path: String, body: [UInt8]? = nil, at agent: BackendServer, within limit: Duration,
        wait: Duration = .zero
    ) async throws -> CurlResponse {
        var headers = body == nil ? [] : [("Content-Type", "application/json")]
        if let token { headers.append(("X-Consul-Token", token.reveal())) }
        let request = CurlRequest(
            method: method, url: agent.url + path, headers: headers, body: body, timeout: limit + wait,
            connectTimeout: limit, maxBodySize: maxResponseSize)
        guard wait > .zero else {
            return try await transfer.perform(request, at: agent, requestSemaphore: requestSemaphore)
        }
        do { return try await transfer.perform(request) } catch let error as CurlError {
            throw MicroError(error, at: agent, timeout: limit + wait)
        }
    }

    /// The answer of an agent that did what it was asked.
    @discardableResult
    func success(
        _ method: String, _ path: String, body: [UInt8]? = nil, at agent: BackendServer, within limit: Duration,
        wait: Duration = .zero
    ) async throws -> CurlResponse {
        let response = try await response(method, path, body: body, at: agent, within: limit, wait: wait)
        try check(response, from: agent)
        return response
    }

    /// - Throws: What the status stands for, if it is not 200.
    func check(_ response: CurlResponse, from agent: BackendServer) throws {
        guard response.status != 200 else { return }
        throw ConsulError.of(status: response.status, text: response.text, at: agent, hasToken: hasToken)
    }
}

extension CurlResponse {
    /// The beginning of the body as text: Consul's errors are plain text.
    var text: String { String(decoding: body.prefix(300), as: UTF8.self) }
}
