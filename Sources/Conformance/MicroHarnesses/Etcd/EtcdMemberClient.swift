// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore
import MicroEtcd
import Synchronization

/// A client of an etcd member that does not use the adapter.
final class EtcdMemberClient: Sendable {
    /// A JSON object of etcd's gateway.
    typealias JSON = [String: any Sendable]

    private let client: BackendHTTPClient
    private let user: String?
    private let password: Secret?
    private let token = Mutex<String?>(nil)

    /// Creates a client for the first address of a valid configuration.
    init(_ configuration: EtcdConfiguration) {
        user = configuration.user
        password = configuration.password
        client = BackendHTTPClient(
            .init(
                name: "etcd", connectionAdvice: "start a member there, or pass the address of a running member",
                addressAdvice: "check that it is a member's address for clients"),
            address: configuration.addresses.first ?? "", usesTLS: configuration.usesTLS,
            tls: CurlTLS(configuration.tls))
    }

    /// The address with its scheme.
    var url: String { client.url }

    /// The version of the member.
    func version() async throws -> String {
        let body = try validated(try await send("GET", "/version", nil))
        guard let version = body["etcdserver"] as? String else { throw client.unexpectedResponse("no version") }
        return version
    }

    /// Whether the member is healthy and has a leader.
    func isHealthy() async -> Bool {
        let response = try? await client.send("GET", "/health")
        return response.map { $0.status == 200 && $0.text.contains(#""health":"true""#) } ?? false
    }

    /// Posts JSON to a path such as `/v3/kv/range`, as the user of the configuration if there is one.
    @discardableResult
    func request(_ path: String, _ body: JSON) async throws -> JSON {
        if user != nil, token.withLock(\.self) == nil { try await logIn() }
        let response = try await send("POST", path, body)
        guard response.status == 401, user != nil else { return try validated(response) }
        // The token has expired.
        try await logIn()
        return try validated(try await send("POST", path, body))
    }

    /// The value of a metric of `GET /metrics`; nil if there is no such metric.
    func metric(_ name: String) async throws -> Int? {
        try await client.send("GET", "/metrics").text.split(separator: "\n")
            .first { $0.hasPrefix("\(name) ") }
            .flatMap { Double($0.dropFirst(name.utf8.count + 1)) }.map { Int($0) }
    }

    private func logIn() async throws {
        token.withLock { $0 = nil }
        let credentials: JSON = ["name": user ?? "", "password": password?.reveal() ?? ""]
        let body = try validated(try await send("POST", "/v3/auth/authenticate", credentials))
        guard let fresh = body["token"] as? String else { throw client.unexpectedResponse("no token") }
        token.withLock { $0 = fresh }
    }

    private func send(_ method: String, _ path: String, _ body: JSON?) async throws -> CurlResponse {
        let data = try body.map { try JSONSerialization.data(withJSONObject: $0) }
        return try await client.send(
            method, path, headers: token.withLock(\.self).map { [("Authorization", $0)] } ?? [],
            body: data.map(Array.init))
    }

    private func validated(_ response: CurlResponse) throws -> JSON {
        guard let body = try? JSONSerialization.jsonObject(with: Data(response.body)) as? JSON else {
            throw client.unexpectedResponse("status \(response.status), no JSON")
        }
        guard response.status != 200 else { return body }
        let details = body["message"] as? String ?? body["error"] as? String ?? "no message"
        throw client.refusal(response, details, check: "ETCDCTL_USER")
    }
}
