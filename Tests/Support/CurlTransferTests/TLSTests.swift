// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(1)), .enabled(if: OpenSSL.path != nil, "needs the openssl command"))
struct TLSTests {
    private func response(_ url: String, _ driver: CurlTransfer.Driver, _ tls: CurlTLS) async throws -> CurlResponse {
        try await withTransfer(driver, tls: tls) { http in try await http.perform(CurlRequest(url: url)) }
    }

    @Test(arguments: drivers)
    func untrustedServerIsRejected(driver: CurlTransfer.Driver) async throws {
        let identity = try TestCertificate()
        defer { identity.remove() }
        let server = try OpenSSLServer(identity)
        defer { server.stop() }
        let url = "https://127.0.0.1:\(server.port)/"

        let untrusted = await failureKind { try await response(url, driver, .init()) }
        #expect(untrusted == .tlsFailure)
        let trusted = try await response(url, driver, .init(certificateAuthorityFile: identity.certificate))
        #expect(trusted.status == 200)
        let missing = await failureKind {
            try await response(url, driver, .init(certificateAuthorityFile: identity.certificate + ".missing"))
        }
        #expect(missing == .tlsFailure)
    }

    /// libcurl caches the authorities of a file for a day by default.
    @Test(arguments: drivers)
    func replacedAuthorityFileIsReadAgain(driver: CurlTransfer.Driver) async throws {
        let (first, second) = (try TestCertificate(), try TestCertificate())
        defer {
            first.remove()
            second.remove()
        }
        let servers = try [first, second].map { try OpenSSLServer($0) }
        defer { for server in servers { server.stop() } }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("authorities-\(UUID().uuidString).pem")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(contentsOf: URL(fileURLWithPath: first.certificate)).write(to: file)
        try await withTransfer(driver, tls: CurlTLS(certificateAuthorityFile: file.path)) { http in
            let requests = servers.map { CurlRequest(url: "https://127.0.0.1:\($0.port)/") }
            #expect(try await http.perform(requests[0]).status == 200)
            #expect(await failureKind { try await http.perform(requests[1]) } == .tlsFailure)
            try Data(contentsOf: URL(fileURLWithPath: second.certificate)).write(to: file)
            #expect(try await http.perform(requests[1]).status == 200)
        }
    }

    @Test func hostNameIsVerified() async throws {
        let identity = try TestCertificate(subjectAlternativeName: "DNS:elsewhere.test")
        defer { identity.remove() }
        let server = try OpenSSLServer(identity)
        defer { server.stop() }
        let kind = await failureKind {
            try await response(
                "https://127.0.0.1:\(server.port)/", .preferred,
                .init(certificateAuthorityFile: identity.certificate))
        }
        #expect(kind == .tlsFailure)
    }

    @Test func clientCertificateIsPresented() async throws {
        let identity = try TestCertificate()
        defer { identity.remove() }
        let client = try TestCertificate()
        defer { client.remove() }
        let server = try OpenSSLServer(identity, clientAuthority: client.certificate)
        defer { server.stop() }
        let url = "https://127.0.0.1:\(server.port)/"

        var tls = CurlTLS(certificateAuthorityFile: identity.certificate)
        await #expect(throws: CurlError.self) { try await response(url, .preferred, tls) }
        tls.clientCertificateFile = client.certificate
        tls.clientKeyFile = client.key
        #expect(try await response(url, .preferred, tls).status == 200)
    }

    /// OpenSSL would prompt for the passphrase on the terminal, and block the thread.
    @Test func encryptedKeyIsRejected() async throws {
        let identity = try TestCertificate()
        defer { identity.remove() }
        let client = try TestCertificate(passphrase: "secret")
        defer { client.remove() }
        let server = try OpenSSLServer(identity, clientAuthority: client.certificate)
        defer { server.stop() }
        let tls = CurlTLS(
            certificateAuthorityFile: identity.certificate, clientCertificateFile: client.certificate,
            clientKeyFile: client.key)
        let kind = await failureKind { try await response("https://127.0.0.1:\(server.port)/", .preferred, tls) }
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
