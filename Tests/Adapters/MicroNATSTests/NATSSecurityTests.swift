// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroNATS
import TestServers
import TestSupport
import Testing

/// Authentication, permissions and TLS with real servers.
@Suite(.requiresLocalNATS, .startsServers, .serialized, .timeLimit(.minutes(2))) struct NATSSecurityTests {
    @Test func userAndPasswordAreVerified() async throws {
        try await withServer(.init(credentials: .password(user: "john", "correct-horse"))) { server in
            let right = configuration(server.url) { ($0.user, $0.password) = ("john", Secret("correct-horse")) }
            try await expectDelivery(right)
            for wrong in [("john", "battery-staple"), ("jim", "correct-horse")] {
                let configuration = configuration(server.url) { ($0.user, $0.password) = (wrong.0, Secret(wrong.1)) }
                let (error, text) = try await failure(configuration)
                #expect(error?.code == .unauthenticated)
                #expect(error?.message.contains("NATS_PASSWORD") == true)
                #expect(!text.contains(wrong.1) && !text.contains("correct-horse"))
            }
            #expect(try await failure(configuration(server.url)).error?.code == .unauthenticated)
        }
    }

    @Test func tokenIsVerified() async throws {
        try await withServer(.init(credentials: .token("correct-horse"))) { server in
            try await expectDelivery(configuration(server.url) { $0.token = Secret("correct-horse") })
            try await expectDelivery(configuration(server.webSocketURL) { $0.token = Secret("correct-horse") })
            let (error, text) = try await failure(configuration(server.url) { $0.token = Secret("battery-staple") })
            #expect(error?.code == .unauthenticated)
            #expect(!text.contains("battery-staple"))
        }
    }

    @Test func deniedSubjectsFail() async throws {
        var settings = NATSServer.Settings()
        settings.configuration =
            "authorization { users: [{ user: u, password: p, permissions: { publish: [\"may.>\", \"_INBOX.>\"], "
            + "subscribe: [\"may.>\", \"_INBOX.>\"] } }] }"
        try await withServer(settings) { server in
            let user = configuration(server.url) { ($0.user, $0.password) = ("u", Secret("p")) }
            try await withBrokers(user) { publisher, subscriber in
                let inbox = DeliveryCollector(try await subscriber.subscribe(to: "may.x"))
                let error = await #expect(throws: MicroError.self) { try await subscriber.subscribe(to: "not.x") }
                #expect(error?.code == .permissionDenied)
                for _ in 0..<2 {
                    let error = await #expect(throws: MicroError.self) {
                        try await publisher.publish(BrokerMessage(text: "no"), to: "not.x")
                    }
                    #expect(error?.code == .permissionDenied)
                }
                try await publisher.publish(BrokerMessage(text: "yes"), to: "may.x")
                #expect(await inbox.waitForCount(1))
                #expect(inbox.texts == ["yes"])
            }
        }
    }

    @Test func tlsUpgradeAndSecureWebSocketWork() async throws {
        let certificates = try await Certificates()
        let stranger = try await Certificates()
        try await withServer(.secure(certificates, credentials: .password(user: "u", "p"))) { server in
            #expect(server.url.hasPrefix("tls://") && server.webSocketURL.hasPrefix("wss://"))
            let plain = server.url.replacing("tls://", with: "nats://")
            for address in [server.url, server.webSocketURL, plain] {
                let right = configuration(address) {
                    $0.certificateAuthorityFile = certificates.certificateAuthorityFile
                    ($0.user, $0.password) = ("u", Secret("p"))
                }
                try await expectDelivery(right)
                var wrong = right
                wrong.certificateAuthorityFile = stranger.certificateAuthorityFile
                let (error, _) = try await failure(wrong)
                #expect(error?.code == .unavailable)
                #expect(error?.message.contains("NATS_CA") == true, "\(address): \(String(describing: error))")
                // The certificate is for 127.0.0.1.
                var other = right
                other.address = address.replacing("127.0.0.1", with: "localhost")
                #expect(try await failure(other).error?.message.contains("TLS with") == true)
            }
        }
    }

    /// The upgrade to TLS needs no file, so it works with a missing temporary folder and with a long path.
    @Test func tlsUpgradeNeedsNoTemporaryFolder() async throws {
        let certificates = try await Certificates()
        try await withServer(.secure(certificates)) { server in
            // In a child process, because the environment variable applies to a whole process.
            let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
                .appendingPathComponent("events-publisher")
            for folder in ["/nonexistent", "/proc", "/tmp/" + String(repeating: "x", count: 200)] {
                let publisher = try ChildProcess(
                    program.path, ["--count", "1"],
                    environment: [
                        "TMPDIR": folder, "MICRO_BROKER": "nats", "MICRO_BROKER_ADDRESS": server.url,
                        "NATS_CA": certificates.certificateAuthorityFile,
                    ])
                #expect(await publisher.exitStatus() == 0, "\(folder): \(publisher.text)")
            }
        }
    }

    @Test(.requiresNATSHandshakeFirst) func tlsHandshakeFirstWorks() async throws {
        let certificates = try await Certificates()
        try await withServer(.secure(certificates, isTLSFirst: true)) { server in
            try await expectDelivery(
                configuration(server.url) {
                    $0.usesTLSFirst = true
                    $0.certificateAuthorityFile = certificates.certificateAuthorityFile
                })
        }
    }

    @Test func clientCertificateIsRequired() async throws {
        let certificates = try await Certificates()
        let client = try await certificates.identity("client", subjectAlternativeName: "DNS:client")
        var settings = try await NATSServer.Settings.secure(certificates)
        settings.tls?.clientAuthorityFile = certificates.certificateAuthorityFile
        try await withServer(settings) { server in
            let without = configuration(server.url) {
                $0.certificateAuthorityFile = certificates.certificateAuthorityFile
            }
            let (error, _) = try await failure(without)
            #expect(error?.code == .unavailable)
            var with = without
            (with.clientCertificateFile, with.clientKeyFile) = (client.certificate, client.key)
            try await expectDelivery(with)
        }
    }

    /// A `tls://` address is never used without TLS.
    @Test func serverWithoutTLSIsRejected() async throws {
        try await withServer(.init()) { server in
            let (error, _) = try await failure(configuration(server.url.replacing("nats://", with: "tls://")))
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("does not support TLS") == true)
        }
    }

    // MARK: Helpers

    private func withServer(
        _ settings: NATSServer.Settings, _ body: (NATSServer) async throws -> Void
    ) async throws {
        let server = try NATSServer(settings)
        do {
            try await server.start()
            try await body(server)
        } catch {
            await server.end()
            throw error
        }
        await server.end()
    }

    private func expectDelivery(_ configuration: NATSConfiguration) async throws {
        try await withBrokers(configuration) { publisher, subscriber in
            let inbox = DeliveryCollector(try await subscriber.subscribe(to: "t"))
            try await publisher.publish(BrokerMessage(text: String(repeating: "x", count: 100_000)), to: "t")
            #expect(await inbox.waitForCount(1))
            #expect(inbox.texts.first?.count == 100_000)
        }
    }

    /// The error of a publication, and the text of all logs and errors.
    private func failure(_ configuration: NATSConfiguration) async throws -> (error: MicroError?, text: String) {
        let log = LogRecorder()
        var configuration = configuration
        configuration.timeout = .seconds(2)
        return try await withBrokers(configuration, logger: log.logger) { publisher, _ in
            let error = await #expect(throws: MicroError.self) {
                try await publisher.publish(BrokerMessage(text: "hi"), to: "t")
            }
            return (error, "\(String(describing: error)) \(log.text) \(publisher) \(String(reflecting: configuration))")
        }
    }
}
