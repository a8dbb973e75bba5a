// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestServers
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(1)), .enabled(if: Certificates.canBeCreated, "needs openssl"))
struct TLSTests {
    private let certificates: Certificates

    init() async throws { certificates = try await Certificates() }

    /// The certificate of a server.
    private func identity(for subjectAlternativeName: String = "IP:127.0.0.1") async throws -> Certificates.Identity {
        try await certificates.identity("server", subjectAlternativeName: subjectAlternativeName)
    }

    /// The settings of a client without a certificate.
    private var trust: CurlTLS { CurlTLS(certificateAuthorityFile: certificates.certificateAuthorityFile) }

    private func response(_ url: String, _ driver: CurlTransfer.Driver, _ tls: CurlTLS) async throws -> CurlResponse {
        try await withTransfer(driver, tls: tls) { http in try await http.perform(CurlRequest(url: url)) }
    }

    @Test(arguments: drivers)
    func untrustedServerIsRejected(driver: CurlTransfer.Driver) async throws {
        let server = try OpenSSLServer(try await identity())
        defer { server.stop() }
        let url = "https://127.0.0.1:\(server.port)/"

        let untrusted = await failureKind { try await response(url, driver, .init()) }
        #expect(untrusted == .tlsFailure)
        let trusted = try await response(url, driver, trust)
        #expect(trusted.status == 200)
        let missing = await failureKind {
            try await response(
                url, driver, .init(certificateAuthorityFile: certificates.certificateAuthorityFile + ".missing"))
        }
        #expect(missing == .tlsFailure)
    }

    /// libcurl caches the authorities of a file for a day by default.
    @Test(arguments: drivers)
    func replacedAuthorityFileIsReadAgain(driver: CurlTransfer.Driver) async throws {
        let others = try await Certificates()
        let identities = [
            try await identity(), try await others.identity("server", subjectAlternativeName: "IP:127.0.0.1"),
        ]
        let servers = try identities.map { try OpenSSLServer($0) }
        defer { for server in servers { server.stop() } }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("authorities-\(UUID().uuidString).pem")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(contentsOf: URL(fileURLWithPath: certificates.certificateAuthorityFile)).write(to: file)
        try await withTransfer(driver, tls: CurlTLS(certificateAuthorityFile: file.path)) { http in
            let requests = servers.map { CurlRequest(url: "https://127.0.0.1:\($0.port)/") }
            #expect(try await http.perform(requests[0]).status == 200)
            #expect(await failureKind { try await http.perform(requests[1]) } == .tlsFailure)
            try Data(contentsOf: URL(fileURLWithPath: others.certificateAuthorityFile)).write(to: file)
            #expect(try await http.perform(requests[1]).status == 200)
        }
    }

    @Test func hostNameIsVerified() async throws {
        let server = try OpenSSLServer(try await identity(for: "DNS:elsewhere.test"))
        defer { server.stop() }
        let kind = await failureKind { try await response("https://127.0.0.1:\(server.port)/", .preferred, trust) }
        #expect(kind == .tlsFailure)
    }

    @Test func clientCertificateIsPresented() async throws {
        let client = try await certificates.identity("client", subjectAlternativeName: "DNS:client")
        let server = try OpenSSLServer(
            try await identity(), clientAuthority: certificates.certificateAuthorityFile)
        defer { server.stop() }
        let url = "https://127.0.0.1:\(server.port)/"

        var tls = trust
        await #expect(throws: CurlError.self) { try await response(url, .preferred, tls) }
        tls.clientCertificateFile = client.certificate
        tls.clientKeyFile = client.key
        #expect(try await response(url, .preferred, tls).status == 200)
    }

    /// OpenSSL would prompt for the passphrase on the terminal, and block the thread. The server does not ask for a
    /// certificate, so that only the client can reject the key.
    @Test func encryptedKeyIsRejected() async throws {
        let client = try await certificates.identity(
            "client", subjectAlternativeName: "DNS:client", passphrase: "secret")
        let server = try OpenSSLServer(try await identity())
        defer { server.stop() }
        let url = "https://127.0.0.1:\(server.port)/"
        #expect(try await response(url, .preferred, trust).status == 200)

        var tls = trust
        tls.clientCertificateFile = client.certificate
        tls.clientKeyFile = client.key
        let kind = await failureKind { try await response(url, .preferred, tls) }
        #expect(kind == .tlsFailure)
    }

    @Test func plaintextServerFailsHandshake() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.read(count: 10)
            try connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        defer { server.stop() }
        let kind = await failureKind { try await response("https://127.0.0.1:\(server.port)/", .preferred, .init()) }
        #expect(kind == .tlsFailure)
    }
}
