// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroConsul
import MicroCore
import TestServers
import TestSupport
import Testing

/// A real agent with HTTPS that verifies client certificates.
@Suite(
    .requiresLocalConsul, .startsServers, .serialized, .timeLimit(.minutes(2)),
    .enabled(if: Certificates.canBeCreated, "needs openssl"))
struct ConsulTLSTests {
    private let name = uniqueName()

    private func settings(
        _ certificates: Certificates, serverName: String, verifiesClients: Bool = true
    ) async throws -> ConsulServer.Settings {
        let server = try await certificates.identity("server", subjectAlternativeName: serverName)
        let client = try await certificates.identity("client", subjectAlternativeName: "DNS:client.test")
        return ConsulServer.Settings(
            configuration: """
                {"ca_file": "\(certificates.certificateAuthorityFile)", "cert_file": "\(server.certificate)",
                 "key_file": "\(server.key)", "verify_incoming": \(verifiesClients)}
                """,
            tls: CurlTLS(
                certificateAuthorityFile: certificates.certificateAuthorityFile,
                clientCertificateFile: client.certificate,
                clientKeyFile: client.key))
    }

    private func lookUpError(
        _ server: ConsulServer, _ change: (inout ConsulConfiguration) -> Void
    ) async throws -> MicroError {
        try await withConsul(makeConfiguration(server.url, change)) { registry in
            try await #require(throws: MicroError.self) { try await registry.lookUp(name) }
        }
    }

    @Test func mutualTLSRequiresTrustOnBothSides() async throws {
        let (certificates, others) = (try await Certificates(), try await Certificates())
        let settings = try await settings(certificates, serverName: "IP:127.0.0.1")
        let untrustedClient = try await others.identity("untrusted", subjectAlternativeName: "DNS:untrusted.test")
        try await withAgent(settings) { server in
            let trusted = settings.tls
            func trust(_ configuration: inout ConsulConfiguration) {
                configuration.tls = ClientTLSConfiguration(
                    certificateAuthorityFile: trusted?.certificateAuthorityFile,
                    certificateFile: trusted?.clientCertificateFile, keyFile: trusted?.clientKeyFile)
            }
            try await withConsul(
                makeConfiguration(server.address) {
                    trust(&$0)
                    $0.usesTLS = true
                }
            ) { registry in
                try await registry.register(record(name), timeToLive: .seconds(30))
                #expect(try await eventually { try await registry.lookUp(name) == [record(name)] })
                let watch = try registry.watch(nil)
                for await state in watch where state[name] == [record(name)] { break }
                try await registry.deregister(record(name))
            }

            let untrusted = try await lookUpError(server) {
                trust(&$0)
                $0.tls.certificateAuthorityFile = others.certificateAuthorityFile
            }
            #expect(untrusted.code == .unavailable)
            #expect(untrusted.message.contains("certificate") && untrusted.message.contains("CONSUL_CACERT"))
            #expect(untrusted.message.contains(server.url))

            let missingCertificate = try await lookUpError(server) {
                trust(&$0)
                $0.tls.certificateFile = nil
                $0.tls.keyFile = nil
            }
            #expect(missingCertificate.code == .unavailable)
            let untrustedCertificate = try await lookUpError(server) {
                trust(&$0)
                $0.tls.certificateFile = untrustedClient.certificate
                $0.tls.keyFile = untrustedClient.key
            }
            #expect(untrustedCertificate.code == .unavailable)
            let missingFile = try await lookUpError(server) {
                trust(&$0)
                $0.tls.certificateAuthorityFile = "/nowhere/ca.pem"
            }
            #expect(missingFile.code == .unavailable)
            for error in [missingCertificate, untrustedCertificate] {
                #expect(error.message.contains("CONSUL_CLIENT_CERT"), "\(error)")
            }
            #expect(missingFile.message.contains("/nowhere/ca.pem"))
        }
    }

    /// Certificates are renewed without a restart of the processes that use them.
    @Test func replacedAuthorityFileIsReadAgain() async throws {
        let (old, new) = (try await Certificates(), try await Certificates())
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(uniqueName("ca"))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("ca.pem").path
        try FileManager.default.copyItem(atPath: old.certificateAuthorityFile, toPath: file)
        let oldSettings = try await settings(old, serverName: "IP:127.0.0.1", verifiesClients: false)
        let newSettings = try await settings(new, serverName: "IP:127.0.0.1", verifiesClients: false)
        try await withAgent(oldSettings) { first in
            try await withAgent(newSettings) { second in
                let configuration = makeConfiguration("\(first.url),\(second.url)") {
                    $0.tls.certificateAuthorityFile = file
                }
                try await withConsul(configuration) { registry in
                    #expect(try await registry.lookUp(name).isEmpty)
                    let both = [old, new].map {
                        FileManager.default.contents(atPath: $0.certificateAuthorityFile) ?? Data()
                    }
                    try (both[0] + both[1]).write(to: URL(fileURLWithPath: file), options: .atomic)
                    await first.kill()
                    #expect(try await registry.lookUp(name).isEmpty)
                }
            }
        }
    }

    @Test func serverNameIsVerified() async throws {
        let certificates = try await Certificates()
        let settings = try await settings(certificates, serverName: "DNS:elsewhere.test")
        // The requests of the test fail as well, so that it cannot wait for a leader.
        let server = try ConsulServer(settings)
        try await server.startUnverified()
        let error = try await lookUpError(server) {
            $0.tls.certificateAuthorityFile = certificates.certificateAuthorityFile
            $0.tls.certificateFile = settings.tls?.clientCertificateFile
            $0.tls.keyFile = settings.tls?.clientKeyFile
        }
        await server.kill()
        #expect(error.code == .unavailable)
        #expect(error.message.contains("127.0.0.1") && error.message.contains("host name"), "\(error)")
    }
}
