// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestServers
import TestSupport
import Testing

/// The etcd that other tests start.
@Suite(.requiresLocalEtcd, .etcd, .serialized, .timeLimit(.minutes(2))) struct EtcdServerTests {
    private let server: EtcdServer

    init() throws { server = try #require(EtcdServer.current) }

    @Test func dataSurvivesKillAndStopButNotWipe() async throws {
        try await server.put("k", "v")
        try await server.restart()
        #expect(try await server.count() == 1)
        // Throws if SIGTERM is not enough.
        try await server.stop()
        await #expect(throws: CurlError.self) { try await server.count() }
        try await server.start()
        #expect(try await server.count() == 1)
        try await server.wipe()
        #expect(try await server.count() == 0)
    }

    @Test func suspendedProcessRespondsAfterResume() async throws {
        server.signal(SIGSTOP)
        await #expect(throws: CurlError.self) { try await server.request("/health") }
        server.signal(SIGCONT)
        #expect(try await server.request("/health").status == 200)
    }

    @Test func compactedRevisionsAreUnavailable() async throws {
        try await server.put("k", "v")
        try await server.put("k", "w")
        let before = try await server.request("/v3/kv/range", #"{"key":"aw==","revision":"1"}"#)
        #expect(before.status == 200)
        try await server.compact()
        try await server.compact()
        let after = try await server.request("/v3/kv/range", #"{"key":"aw==","revision":"1"}"#)
        #expect(after.status == 400)
        #expect(after.text.contains("compacted"))
    }

    @Test func revokedLeasesDeleteTheirKeys() async throws {
        try await server.wipe()
        #expect(try await server.request("/v3/lease/grant", #"{"TTL":"60","ID":"7"}"#).status == 200)
        try await server.put("leased", "v", lease: "7")
        try await server.put("kept", "v")
        #expect(try await server.count() == 2)
        try await server.revokeLeases()
        #expect(try await server.count() == 1)
    }
}

/// An etcd with certificates on both sides and with users.
@Suite(
    .requiresLocalEtcd, .startsServers, .serialized, .timeLimit(.minutes(2)),
    .enabled(if: Certificates.canBeCreated, "needs openssl"))
struct SecureEtcdServerTests {
    @Test func certificateAndTokenAreRequired() async throws {
        let certificates = try await Certificates()
        let client = try await certificates.identity("client", subjectAlternativeName: "DNS:client.test")
        let settings = EtcdServer.Settings(
            tls: .init(
                identity: try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1"),
                clientAuthorityFile: certificates.certificateAuthorityFile,
                client: CurlTLS(
                    certificateAuthorityFile: certificates.certificateAuthorityFile,
                    clientCertificateFile: client.certificate,
                    clientKeyFile: client.key)),
            rootPassword: "root of all")
        let server = try EtcdServer(settings)
        try await server.start()

        #expect(try await server.request("/v3/kv/range", #"{"key":"aw=="}"#).status == 400)
        try await server.addRole("reader", .read, prefix: "/open/")
        try await server.addUser("john", password: "secret", roles: ["reader"])
        let token = try await server.token(user: "john", password: "secret")
        let open = try await server.request("/v3/kv/range", #"{"key":"\#(base64("/open/a"))"}"#, token: token)
        #expect(open.status == 200)
        let closed = try await server.request("/v3/kv/range", #"{"key":"\#(base64("/shut/a"))"}"#, token: token)
        #expect(closed.status == 403)
        try await server.compact()
        try await server.restart()
        #expect(try await !server.token(user: "john", password: "secret").isEmpty)

        let unauthorizedClient = CurlTransfer(
            configuration: .init(tls: CurlTLS(certificateAuthorityFile: certificates.certificateAuthorityFile)))
        await #expect(throws: CurlError.self) {
            try await unauthorizedClient.perform(CurlRequest(url: "\(server.url)/version", timeout: .seconds(5)))
        }
        await unauthorizedClient.close()
        try await server.stop()
    }
}

private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

extension EtcdServer {
    /// Puts a value and requires success.
    func put(_ key: String, _ value: String, lease: String = "0") async throws {
        let body = #"{"key":"\#(base64(key))","value":"\#(base64(value))","lease":"\#(lease)"}"#
        let response = try await request("/v3/kv/put", body)
        guard response.status == 200 else { throw TestServerError(description: response.text) }
    }

    /// The number of keys.
    func count() async throws -> Int {
        let response = try await request("/v3/kv/range", #"{"key":"AA==","range_end":"AA==","count_only":true}"#)
        let json = try JSONSerialization.jsonObject(with: Data(response.text.utf8)) as? [String: Any]
        guard response.status == 200, let json else { throw TestServerError(description: response.text) }
        return Int(json["count"] as? String ?? "0") ?? -1
    }
}
