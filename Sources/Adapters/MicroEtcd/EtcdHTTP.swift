// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore
import BackendSupport

/// Sends requests to a member: with the token, within the limit, with the errors of the contract.
struct EtcdHTTP: Sendable {
    private let transfer: CurlTransfer
    private let permits = Permits(CurlTransfer.shortRequestsAtOnce)
    private let hasUser: Bool
    private let needsLeader: Bool
    private let largestAnswer: Int

    init(configuration: EtcdConfiguration) {
        transfer = CurlTransfer(configuration: .init(tls: configuration.tls))
        hasUser = configuration.user != nil
        needsLeader = configuration.consistency == .linearizable
        largestAnswer = configuration.largestAnswer
    }

    func close() async { await transfer.close() }

    /// A token for a user; nil where authentication is not enabled.
    func authenticate(
        _ credentials: EtcdCredentials, at server: Server, within limit: Duration
    ) async throws -> Secret? {
        struct Request: Encodable, Sendable { let name, password: String }
        struct Answer: Decodable, Sendable { let token: String }
        let request = Request(name: credentials.name, password: credentials.password.reveal())
        do {
            let answer = try await post("/v3/auth/authenticate", request, as: Answer.self, at: server, within: limit)
            return Secret(answer.value.token)
        } catch let error as MicroError where error.isFault(EtcdFault.Code.failedPrecondition) {
            return nil
        }
    }

    /// The answer of a member that did what it was asked, and its size in bytes.
    func post<Answer: Decodable & Sendable>(
        _ path: String, _ body: some Encodable & Sendable, as type: Answer.Type, token: Secret? = nil,
        at server: Server, within limit: Duration
    ) async throws -> (value: Answer, size: Int) {
        let request = try request(path, body, token: token, at: server, within: limit)
        let answer = try await transfer.perform(request, at: server, permits: permits)
        guard answer.status == 200 else { throw failure(status: answer.status, answer.body, at: server) }
        return (try decode(type, answer.body, at: server), answer.body.count)
    }

    /// Opens a stream of messages.
    func stream(
        _ path: String, _ body: some Encodable & Sendable, token: Secret?, at server: Server, within limit: Duration
    ) async throws -> EtcdStream {
        do {
            let request = try request(path, body, token: token, at: server, within: limit)
            let stream = try await transfer.stream(request)
            return EtcdStream(stream, at: server, http: self, largestMessage: largestAnswer)
        } catch let error as CurlError {
            throw MicroError(error, at: server, timeout: limit)
        }
    }

    private func request(
        _ path: String, _ body: some Encodable, token: Secret?, at server: Server, within limit: Duration
    ) throws -> CurlRequest {
        var headers = [("Content-Type", "application/json")]
        // A member that has lost the others says so at once, and ends its watches: they would be silent for ever.
        if needsLeader { headers.append(("Grpc-Metadata-hasleader", "true")) }
        if let token { headers.append(("Authorization", token.reveal())) }
        return CurlRequest(
            method: "POST", url: server.url + path, headers: headers, body: [UInt8](try JSONEncoder().encode(body)),
            timeout: limit, connectTimeout: limit, maximumBodySize: largestAnswer)
    }

    /// Reads an answer, or the error in its place.
    func decode<Answer: Decodable>(_ type: Answer.Type, _ bytes: [UInt8], at server: Server) throws -> Answer {
        let data = Data(bytes)
        do { return try JSONDecoder().decode(type, from: data) } catch {
            if let fault = try? JSONDecoder().decode(EtcdFault.self, from: data) { throw of(fault, at: server) }
            throw MicroError.foreign(server, "the answer is not the JSON of etcd")
        }
    }

    /// What an answer with another status than 200 stands for.
    func failure(status: Int, _ body: [UInt8], at server: Server) -> MicroError {
        guard let fault = try? JSONDecoder().decode(EtcdFault.self, from: Data(body)) else {
            return EtcdError.of(status: status, at: server)
        }
        return of(fault, at: server)
    }

    func of(_ fault: EtcdFault, at server: Server) -> MicroError { EtcdError.of(fault, at: server, hasUser: hasUser) }
}
