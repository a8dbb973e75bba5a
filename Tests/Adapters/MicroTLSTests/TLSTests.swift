// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import Logging
import MicroCore
import MicroHTTP
import MicroTLS
import NIOCore
import TestServers
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: Certificates.canBeCreated, "needs openssl"))
struct TLSTests {
    @Test func trustedClientCanCall() async throws {
        let authority = try await Certificates()
        try await withServer(try await authority.server()) { address in
            try await withClient(authority.clientConfiguration) { try await $0.expectEcho(at: address) }
        }
    }

    @Test func untrustedServerIsRejected() async throws {
        let (authority, untrustedAuthority) = (try await Certificates(), try await Certificates())
        try await withServer(try await untrustedAuthority.server()) { address in
            try await withClient(authority.clientConfiguration) { client in
                let error = try await client.failure(at: address)
                #expect(error?.code == .unavailable && error?.isSafeToRetry == true, "\(String(describing: error))")
            }
        }
    }

    @Test(arguments: ["DNS:localhost", "IP:127.0.0.2"])
    func certificateForOtherAddressIsRejected(_ subjectAlternativeName: String) async throws {
        let authority = try await Certificates()
        try await withServer(try await authority.server(for: subjectAlternativeName)) { address in
            try await withClient(authority.clientConfiguration) { client in
                let error = try await client.failure(at: address)
                #expect(error?.code == .unavailable, "\(String(describing: error))")
            }
        }
    }

    @Test func certificateForOtherHostNameIsRejected() async throws {
        let authority = try await Certificates()
        try await withServer(try await authority.server(for: "DNS:other.test")) { address in
            try await withClient(authority.clientConfiguration) { client in
                let error = try await client.failure(at: Address(host: "localhost", port: address.port))
                #expect(error?.code == .unavailable, "\(String(describing: error))")
            }
        }
    }

    @Test func certificateForHostNameIsAccepted() async throws {
        let authority = try await Certificates()
        try await withServer(try await authority.server(for: "DNS:localhost")) { address in
            try await withClient(authority.clientConfiguration) { client in
                try await client.expectEcho(at: Address(host: "localhost", port: address.port))
            }
        }
    }

    @Test func plaintextClientIsRejected() async throws {
        let authority = try await Certificates()
        try await withServer(try await authority.server()) { address in
            let plain = HTTPTransport()
            let error = try await plain.failure(at: address)
            #expect(error != nil)
            await plain.close()
            // The server still works.
            try await withClient(authority.clientConfiguration) { try await $0.expectEcho(at: address) }
        }
    }

    @Test func clientDoesNotFallBackToPlaintext() async throws {
        let authority = try await Certificates()
        let server = HTTPTransport()
        try await run(server) { address in
            try await withClient(authority.clientConfiguration) { client in
                let error = try await client.failure(at: address)
                #expect(error?.code == .unavailable, "\(String(describing: error))")
            }
        }
    }

    @Test func mutualTLSAdmitsOnlyTrustedClients() async throws {
        let (authority, untrustedAuthority) = (try await Certificates(), try await Certificates())
        var settings = try await authority.server()
        settings.requiresClientCertificate = true
        try await withServer(settings) { address in
            var known = authority.clientConfiguration
            (known.certificateFile, known.keyFile) = try await authority.files(of: "caller")
            try await withClient(known) { try await $0.expectEcho(at: address) }
            try await withClient(authority.clientConfiguration) { client in
                let error = try await client.failure(at: address)
                #expect(error?.code == .unavailable, "\(String(describing: error))")
            }
            var unknown = authority.clientConfiguration
            (unknown.certificateFile, unknown.keyFile) = try await untrustedAuthority.files(of: "caller")
            try await withClient(unknown) { client in
                let error = try await client.failure(at: address)
                #expect(error?.code == .unavailable, "\(String(describing: error))")
            }
        }
    }

    @Test func renewedCertificatesAreReloaded() async throws {
        let (old, new) = (try await Certificates(), try await Certificates())
        let files = try ReplaceableCertificateFiles()
        try files.install(try await old.server())
        let log = LogRecorder()
        try await withServer(files.settings, logger: log.logger) { address in
            try await withClient(old.clientConfiguration) { try await $0.expectEcho(at: address) }
            // An incomplete renewal: the previous files stay in use.
            try files.install(try await new.server(), key: false)
            #expect(await eventually { log.text.contains { $0.contains("changed TLS files were rejected") } })
            try await withClient(old.clientConfiguration) { try await $0.expectEcho(at: address) }
            try files.install(try await new.server())
            #expect(await eventually { log.text.contains { $0.contains("reloaded changed TLS files") } })
            try await withClient(new.clientConfiguration) { try await $0.expectEcho(at: address) }
            try await withClient(old.clientConfiguration) { client in
                let error = try await client.failure(at: address)
                #expect(error != nil)
            }
        }
    }

    @Test func connectionSurvivesCertificateRenewal() async throws {
        let (old, new) = (try await Certificates(), try await Certificates())
        let files = try ReplaceableCertificateFiles()
        try files.install(try await old.server())
        let log = LogRecorder()
        try await withServer(files.settings, logger: log.logger) { address in
            try await withClient(old.clientConfiguration) { client in
                try await client.expectEcho(at: address)
                try files.install(try await new.server())
                #expect(await eventually { log.text.contains { $0.contains("reloaded changed TLS files") } })
                // Uses the open connection, because a new one would be rejected.
                try await client.expectEcho(at: address)
            }
        }
    }

    @Test func invalidFilesAreNamedInError() async throws {
        let authority = try await Certificates()
        let good = try await authority.server()
        let other = try await authority.files(of: "other")
        let cases: [(String, (inout HTTPTLSConfiguration) -> Void)] = [
            ("/nowhere.pem", { $0.certificateFile = "/nowhere.pem" }),
            ("/nowhere.key", { $0.keyFile = "/nowhere.key" }),
            ("/nowhere.pem", { $0.certificateAuthorityFile = "/nowhere.pem" }),
            ("do not match", { $0.keyFile = other.key }),
            ("belong together", { $0.keyFile = nil }),
            (good.certificateFile ?? "", { $0.keyFile = $0.certificateFile }),
            (
                "certificateAuthorityFile",
                {
                    $0.certificateAuthorityFile = nil
                    $0.requiresClientCertificate = true
                }
            ),
        ]
        for (text, change) in cases {
            var settings = good
            change(&settings)
            let error = #expect(throws: MicroError.self) { try HTTPTransport(tls: settings) }
            #expect(
                error?.code == .invalidArgument && error?.message.contains(text) == true, "\(String(describing: error))"
            )
        }
    }

    /// The file that replaces the certificate is a pipe, whose read blocks until something is written.
    @Test func changedFilesAreNotReadOnEventLoops() async throws {
        let authority = try await Certificates()
        let files = try ReplaceableCertificateFiles()
        try files.install(try await authority.server())
        let log = LogRecorder()
        try await withServer(files.settings, logger: log.logger) { address in
            try await withClient(authority.clientConfiguration) { try await $0.expectEcho(at: address) }
            let pipe = try files.replaceCertificateWithPipe()
            // Succeeds once the reload has opened the other end.
            var writer: Int32 = -1
            #expect(
                await eventually {
                    writer = open(pipe, O_WRONLY | O_NONBLOCK)
                    return writer >= 0
                })
            for _ in 0..<20 {
                try await withClient(authority.clientConfiguration) { try await $0.expectEcho(at: address) }
            }
            #expect(log.text.isEmpty, "\(log.text)")
            close(writer)
            #expect(await eventually { log.text.contains { $0.contains("changed TLS files were rejected") } })
        }
    }

    @Test func bindWithoutCertificateFails() async throws {
        let authority = try await Certificates()
        let transport = try HTTPTransport(tls: authority.clientConfiguration)
        let error = await #expect(throws: MicroError.self) {
            try await transport.bind(to: Address(host: "127.0.0.1"))
        }
        #expect(error?.code == .invalidArgument && error?.message.contains("MICRO_TRANSPORT_CERT") == true)
        await transport.close()
    }

    @Test func configurationReadsSettings() throws {
        func configuration(_ values: [AbsoluteConfigKey: ConfigValue]) throws -> HTTPTLSConfiguration {
            try HTTPTLSConfiguration(configReader: ConfigReader(provider: InMemoryProvider(values: values)))
        }
        let mutual: [AbsoluteConfigKey: ConfigValue] = [
            "micro.transport.cert": "c.pem", "micro.transport.key": "c.key", "micro.transport.ca": "ca.pem",
        ]
        var expected = HTTPTLSConfiguration(
            certificateFile: "c.pem", keyFile: "c.key", certificateAuthorityFile: "ca.pem")
        expected.requiresClientCertificate = true
        #expect(try configuration(mutual) == expected)
        expected.requiresClientCertificate = false
        #expect(try configuration(mutual.merging(["micro.transport.client.auth": "none"]) { $1 }) == expected)
        let client = try configuration(["micro.transport.ca": "ca.pem"])
        #expect(client == HTTPTLSConfiguration(certificateAuthorityFile: "ca.pem"))
        let error = #expect(throws: MicroError.self) {
            try configuration(["micro.transport.client.auth": "maybe"])
        }
        #expect(error?.message.contains("MICRO_TRANSPORT_CLIENT_AUTH=maybe") == true)
    }
}

/// TLS files that are replaced while they are in use. They are deleted with this object.
private final class ReplaceableCertificateFiles: Sendable {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: directory) }

    var settings: HTTPTLSConfiguration {
        var settings = HTTPTLSConfiguration(certificateFile: path("server.pem"), keyFile: path("server.key"))
        settings.refreshInterval = .zero
        return settings
    }

    /// Replaces the certificate with a named pipe.
    ///
    /// - Returns: Its path.
    func replaceCertificateWithPipe() throws -> String {
        let pipe = path("pipe")
        guard mkfifo(pipe, 0o600) == 0, rename(pipe, path("server.pem")) == 0 else {
            throw POSIXError(POSIXError.Code(rawValue: errno) ?? .EIO)
        }
        return path("server.pem")
    }

    /// Replaces the files atomically.
    func install(_ settings: HTTPTLSConfiguration, key: Bool = true) throws {
        try replace("server.pem", by: settings.certificateFile)
        if key { try replace("server.key", by: settings.keyFile) }
    }

    private func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    private func replace(_ name: String, by source: String?) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: try #require(source)))
        try data.write(to: URL(fileURLWithPath: path(name)), options: .atomic)
    }
}

extension Certificates {
    /// The configuration of a client without a certificate.
    fileprivate var clientConfiguration: HTTPTLSConfiguration {
        HTTPTLSConfiguration(certificateAuthorityFile: certificateAuthorityFile)
    }

    fileprivate func files(of name: String, for subjectAlternativeName: String = "IP:127.0.0.1") async throws -> (
        certificate: String, key: String
    ) {
        let identity = try await identity(name, subjectAlternativeName: subjectAlternativeName)
        return (identity.certificate, identity.key)
    }

    /// The configuration of a server.
    fileprivate func server(for subjectAlternativeName: String = "IP:127.0.0.1") async throws -> HTTPTLSConfiguration {
        let files = try await files(of: "server", for: subjectAlternativeName)
        return HTTPTLSConfiguration(
            certificateFile: files.certificate, keyFile: files.key, certificateAuthorityFile: certificateAuthorityFile)
    }
}

extension HTTPTransport {
    private func echo(at address: Address) async throws -> TransportResponse {
        try await call(
            TransportRequest(
                service: "greeter", endpoint: "Greeter.Hello", contentType: "text/plain",
                body: ByteBuffer(string: "hello"), deadline: .now + .seconds(10)), to: address)
    }

    fileprivate func expectEcho(at address: Address, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let answer = try await echo(at: address)
        #expect(String(buffer: answer.body) == "hello", sourceLocation: sourceLocation)
    }

    /// The error of a call; nil if it succeeds.
    fileprivate func failure(at address: Address) async throws -> MicroError? {
        do { _ = try await echo(at: address) } catch let error as MicroError { return error }
        return nil
    }
}

private func withClient(_ settings: HTTPTLSConfiguration, body: (HTTPTransport) async throws -> Void) async throws {
    let client = try HTTPTransport(tls: settings)
    let result = await Result { try await body(client) }
    await client.close()
    try result.get()
}

private func withServer(
    _ settings: HTTPTLSConfiguration, logger: Logger = .current, body: (Address) async throws -> Void
) async throws {
    try await run(try HTTPTransport(tls: settings, logger: logger), body)
}

private func run(_ server: HTTPTransport, _ body: (Address) async throws -> Void) async throws {
    let listener = try await server.bind(to: Address(host: "127.0.0.1"))
    let running = Task {
        try await listener.run { TransportResponse(contentType: $0.contentType, body: $0.body) }
    }
    let result = await Result { try await body(listener.address) }
    await server.close()
    let served = await running.result
    try result.get()
    try served.get()
}
