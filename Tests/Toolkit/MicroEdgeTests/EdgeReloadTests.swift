// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOSSL
import TestServers
import TestSupport
import Testing

@testable import MicroEdge

/// Certificates that are replaced while a server runs.
@Suite(
    .blocking, .enabled(if: Certificates.canBeCreated && Machine.path(of: "curl") != nil), .timeLimit(.minutes(1)))
struct EdgeReloadTests {
    /// The body of a response; nil if curl does not trust the server.
    private func fetch(_ port: Int, trusting authority: String) async throws -> String? {
        let curl = try ChildProcess(
            #require(Machine.path(of: "curl")),
            ["-s", "--max-time", "10", "--cacert", authority, "https://127.0.0.1:\(port)/a"])
        return await curl.exitStatus() == 0 ? curl.text : nil
    }

    @Test func newConnectionsGetTheNewCertificate() async throws {
        let (old, new) = (try await Certificates(), try await Certificates())
        let first = try await old.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        let second = try await new.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        var configuration = EdgeConfiguration()
        configuration.address = "127.0.0.1:0"
        configuration.tls = EdgeTLSConfiguration(certificateFile: first.certificate, keyFile: first.key)
        let server = try EdgeServer(configuration: configuration, logger: LogRecorder().logger) { _, context in
            .text("\(context.path)")
        }
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            let port = try #require(try await server.listeningAddress().port)
            #expect(try await fetch(port, trusting: old.certificateAuthorityFile) == "/a")
            #expect(try await fetch(port, trusting: new.certificateAuthorityFile) == nil)

            // A certificate without its key changes nothing.
            configuration.tls = EdgeTLSConfiguration(certificateFile: second.certificate, keyFile: first.key)
            #expect(throws: MicroError.self) { try server.reload(configuration) }
            #expect(try await fetch(port, trusting: old.certificateAuthorityFile) == "/a")

            configuration.tls = EdgeTLSConfiguration(certificateFile: second.certificate, keyFile: second.key)
            try server.reload(configuration)
            #expect(try await fetch(port, trusting: new.certificateAuthorityFile) == "/a")
            #expect(try await fetch(port, trusting: old.certificateAuthorityFile) == nil)

            configuration.tls = nil
            #expect(throws: MicroError.self) { try server.reload(configuration) }
            group.cancelAll()
        }
    }

    /// RFC 8996 deprecates earlier versions.
    @Test func serversAcceptTLS12OrLater() async throws {
        let certificates = try await Certificates()
        let identity = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        let tls = EdgeTLSConfiguration(certificateFile: identity.certificate, keyFile: identity.key)
        #expect(try tls.load().minimumTLSVersion == .tlsv12)
        withExtendedLifetime(certificates) {}
    }
}
