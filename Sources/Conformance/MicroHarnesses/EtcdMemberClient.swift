// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore
import MicroEtcd
import Synchronization

/// Asks a member without the adapter: what a case compares the adapter with must not come from it.
final class EtcdMemberClient: Sendable {
    /// What etcd answers, as loose JSON.
    typealias JSON = [String: any Sendable]

    private let transfer: CurlTransfer
    private let user: String?
    private let password: Secret?
    private let token = Mutex<String?>(nil)
    /// The address with its scheme.
    let url: String

    /// For the first address of a configuration that the adapter has accepted.
    init(_ configuration: EtcdConfiguration) {
        let address = configuration.addresses.first ?? ""
        let isComplete = address.hasPrefix("http://") || address.hasPrefix("https://")
        let whole = isComplete ? address : (configuration.usesTLS ? "https://" : "http://") + address
        url = whole.hasSuffix("/") ? String(whole.dropLast()) : whole
        user = configuration.user
        password = configuration.password
        transfer = CurlTransfer(configuration: .init(tls: CurlTLS(configuration.tls)))
    }

    /// The version that the member tells.
    func version() async throws -> String {
        let body = try validated(try await send("GET", "/version", nil))
        guard let version = body["etcdserver"] as? String else { throw unexpectedResponse("no version") }
        return version
    }

    /// Posts JSON to a path such as `/v3/kv/range`, logged in where there is a user.
    @discardableResult
    func request(_ path: String, _ body: JSON) async throws -> JSON {
        if user != nil, token.withLock(\.self) == nil { try await logIn() }
        let (status, reply) = try await send("POST", path, body)
        guard status == 401, user != nil else { return try validated((status, reply)) }
        // The token is too old.
        try await logIn()
        return try validated(try await self.send("POST", path, body))
    }

    /// What `GET /metrics` tells of a number; nil if it does not.
    func metric(_ name: String) async throws -> Int? {
        let response = try await response(CurlRequest(url: url + "/metrics", timeout: .seconds(5)))
        return String(decoding: response.body, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("\(name) ") }
            .flatMap { Double($0.dropFirst(name.utf8.count + 1)) }.map { Int($0) }
    }

    /// Whether a user may log in with a password.
    private func logIn() async throws {
        token.withLock { $0 = nil }
        let credentials: JSON = ["name": user ?? "", "password": password?.reveal() ?? ""]
        let reply = try validated(try await send("POST", "/v3/auth/authenticate", credentials))
        guard let fresh = reply["token"] as? String else { throw unexpectedResponse("no token") }
        token.withLock { $0 = fresh }
    }

    private func send(_ method: String, _ path: String, _ body: JSON?) async throws -> (status: Int, body: JSON) {
        let data = try body.map { try JSONSerialization.data(withJSONObject: $0) }
        let headers = token.withLock(\.self).map { [("Authorization", $0)] } ?? []
        let response = try await response(
            CurlRequest(
                method: method, url: url + path, headers: headers, body: data.map(Array.init), timeout: .seconds(5)))
        let json = try? JSONSerialization.jsonObject(with: Data(response.body)) as? JSON
        guard let json else { throw unexpectedResponse("status \(response.status), no JSON") }
        return (response.status, json)
    }

    private func response(_ request: CurlRequest) async throws -> CurlResponse {
        do { return try await transfer.perform(request) } catch let error as CurlError {
            throw MicroError(
                .unavailable,
                "cannot reach etcd at \(url): \(error.message). Start one there, or give the address of one",
                origin: "conformance", cause: error)
        }
    }

    private func validated(_ reply: (status: Int, body: JSON)) throws -> JSON {
        guard reply.status != 200 else { return reply.body }
        let text = reply.body["message"] as? String ?? reply.body["error"] as? String ?? "nothing"
        throw MicroError(
            reply.status == 401 || reply.status == 403 ? .permissionDenied : .unavailable,
            "etcd at \(url) answered \(reply.status): \(text). Check ETCDCTL_USER", origin: "conformance")
    }

    private func unexpectedResponse(_ reply: String) -> MicroError {
        MicroError(
            .internal, "\(url) does not answer as etcd does (\(reply)). Is it the address of a member for clients?",
            origin: "conformance")
    }
}

extension String {
    /// As etcd's gateway takes keys and values.
    var base64: String { Data(utf8).base64EncodedString() }

    /// The first key behind all that begin with this one, which is not empty and ends in ASCII.
    var base64PrefixEnd: String {
        let bytes = Array(utf8)
        return Data(bytes.dropLast() + [bytes[bytes.count - 1] + 1]).base64EncodedString()
    }
}
