// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore

/// Sends requests to a member: with the token, within the limit, with the errors of the contract.
struct EtcdHTTP: Sendable {
    private let transfer: CurlTransfer
    private let requestSemaphore = AsyncSemaphore(CurlTransfer.maxConcurrentShortRequests)
    private let hasUser: Bool
    private let needsLeader: Bool
    private let maxResponseSize: Int

    init(configuration: EtcdConfiguration) {
        transfer = CurlTransfer(configuration: .init(tls: configuration.tls))
        hasUser = configuration.user != nil
        needsLeader = configuration.consistency == .linearizable
        maxResponseSize = configuration.maxResponseSize
    }

    func close() async { await transfer.close() }

    /// A token for a user; nil where authentication is not enabled.
    func authenticate(
        _ credentials: EtcdCredentials, at server: BackendServer, within limit: Duration
    ) async throws -> Secret? {
        struct Request: Encodable, Sendable { let name, password: String }
        struct Response: Decodable, Sendable { let token: String }
        let request = Request(name: credentials.name, password: credentials.password.reveal())
        do {
            let response = try await post(
                "/v3/auth/authenticate", request, as: Response.self, at: server, within: limit)
            return Secret(response.value.token)
        } catch let error as MicroError where error.hasGRPCCode(EtcdServerError.Code.failedPrecondition) {
            return nil
        }
    }

    /// The answer of a member that did what it was asked, and its size in bytes.
    func post<Response: Decodable & Sendable>(
        _ path: String, _ body: some Encodable & Sendable, as type: Response.Type, token: Secret? = nil,
        at server: BackendServer, within limit: Duration
    ) async throws -> (value: Response, size: Int) {
        let request = try request(path, body, token: token, at: server, within: limit)
        let response = try await transfer.perform(request, at: server, requestSemaphore: requestSemaphore)
        guard response.status == 200 else { throw failure(status: response.status, response.body, at: server) }
        return (try decode(type, response.body, at: server), response.body.count)
    }

    /// Opens a stream of messages.
    func stream(
        _ path: String, _ body: some Encodable & Sendable, token: Secret?, at server: BackendServer,
        within limit: Duration
    ) async throws -> EtcdStream {
        do {
            let request = try request(path, body, token: token, at: server, within: limit)
            let stream = try await transfer.stream(request)
            return EtcdStream(stream, at: server, http: self, maxMessageSize: maxResponseSize)
        } catch let error as CurlError {
            throw MicroError(error, at: server, timeout: limit)
        }
    }

    private func request(
        _ path: String, _ body: some Encodable, token: Secret?, at server: BackendServer, within limit: Duration
    ) throws -> CurlRequest {
        var headers = [("Content-Type", "application/json")]
        // A member that has lost the others says so at once, and ends its watches: they would be silent for ever.
        if needsLeader { headers.append(("Grpc-Metadata-hasleader", "true")) }
        if let token { headers.append(("Authorization", token.reveal())) }
        return CurlRequest(
            method: "POST", url: server.url + path, headers: headers, body: [UInt8](try JSONEncoder().encode(body)),
            timeout: limit, connectTimeout: limit, maxBodySize: maxResponseSize)
    }

    /// Reads an answer, or the error in its place.
    func decode<Response: Decodable>(_ type: Response.Type, _ bytes: [UInt8], at server: BackendServer) throws
        -> Response
    {
        let data = Data(bytes)
        do { return try JSONDecoder().decode(type, from: data) } catch {
            if let serverError = try? JSONDecoder().decode(EtcdServerError.self, from: data) {
                throw microError(serverError, at: server)
            }
            throw MicroError.unexpectedResponse(server, "the answer is not the JSON of etcd")
        }
    }

    /// What an answer with another status than 200 stands for.
    func failure(status: Int, _ body: [UInt8], at server: BackendServer) -> MicroError {
        guard let serverError = try? JSONDecoder().decode(EtcdServerError.self, from: Data(body)) else {
            return EtcdError.of(status: status, at: server)
        }
        return microError(serverError, at: server)
    }

    func microError(_ serverError: EtcdServerError, at server: BackendServer) -> MicroError {
        EtcdError.of(serverError, at: server, hasUser: hasUser)
    }
}
