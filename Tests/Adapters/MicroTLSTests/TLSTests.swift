// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroHTTP
import MicroTLS
import NIOCore
import TestServers
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: Certificates.canBeMade, "needs openssl"))
struct TLSTests {
    @Test func callsOfThoseWhoTrustTheAuthorityPass() async throws {
        let authority = try await Certificates()
        try await withServer(try await authority.server()) { address in
            try await withClient(authority.trusting) { try await $0.expectEcho(at: address) }
        }
    }

    @Test func aServerOfAnotherAuthorityIsNotCalled() async throws {
        let (authority, stranger) = (try await Certificates(), try await Certificates())
        try await withServer(try await stranger.server()) { address in
            try await withClient(authority.trusting) { client in
                let error = try await client.failure(at: address)
                #expect(error?.code == .unavailable && error?.isSafeToRetry == true, "\(String(describing: error))")
            }
        }
    }

    @Test(arguments: ["DNS:localhost", "IP:127.0.0.2"])
    func aCertificateForAnotherPlaceIsRefused(_ place: String) async throws {
        let authority = try await Certificates()
        try await withServer(try await authority.server(for: place)) { address in
            try await withClient(authority.trusting) { client in
                let error = try await client.failure(at: address)
                #expect(error?.code == .unavailable, "\(String(describing: error))")
            }
        }
    }

    @Test func aNameIsCheckedAsOne() async throws {
        let authority = try await Certificates()
        try await withServer(try await authority.server(for: "DNS:localhost")) { address in
            try await withClient(authority.trusting) { client in
                try await client.expectEcho(at: Address(host: "localhost", port: address.port))
            }
        }
    }

    @Test func plainTextGetsNoAnswer() async throws {
        let authority = try await Certificates()
        try await withServer(try await authority.server()) { address in
            let plain = HTTPTransport()
            let error = try await plain.failure(at: address)
            #expect(error != nil)
            await plain.close()
            // And the server goes on.
            try await withClient(authority.trusting) { try await $0.expectEcho(at: address) }
        }
    }

    @Test func aClientOfTLSDoesNotFallBackToPlainText() async throws {
        let authority = try await Certificates()
        let server = HTTPTransport()
        try await run(server) { address in
            try await withClient(authority.trusting) { client in
                let error = try await client.failure(at: address)
                #expect(error?.code == .unavailable, "\(String(describing: error))")
            }
        }
    }

    @Test func mutualTLSAdmitsThoseWithACertificateOfTheAuthorityAlone() async throws {
        let (authority, stranger) = (try await Certificates(), try await Certificates())
        var settings = try await authority.server()
        settings.requiresClientCertificate = true
        try await withServer(settings) { address in
            var known = authority.trusting
            (known.certificateFile, known.keyFile) = try await authority.files(of: "caller")
            try await withClient(known) { try await $0.expectEcho(at: address) }
            try await withClient(authority.trusting) { client in
                let error = try await client.failure(at: address)
                #expect(error?.code == .unavailable, "\(String(describing: error))")
            }
            var unknown = authority.trusting
            (unknown.certificateFile, unknown.keyFile) = try await stranger.files(of: "caller")
            try await withClient(unknown) { client in
                let error = try await client.failure(at: address)
                #expect(error?.code == .unavailable, "\(String(describing: error))")
            }
        }
    }

    @Test func certificatesAreRenewedWithoutARestart() async throws {
        let (old, new) = (try await Certificates(), try await Certificates())
        let files = try Files()
        try files.take(try await old.server())
        try await withServer(files.settings) { address in
            try await withClient(old.trusting) { try await $0.expectEcho(at: address) }
            // Half of a renewal: the old ones stay.
            try files.take(try await new.server(), key: false)
            try await withClient(old.trusting) { try await $0.expectEcho(at: address) }
            try files.take(try await new.server())
            try await withClient(new.trusting) { try await $0.expectEcho(at: address) }
            try await withClient(old.trusting) { client in
                let error = try await client.failure(at: address)
                #expect(error != nil)
            }
        }
    }

    @Test func aConnectionOutlivesTheRenewalOfItsCertificate() async throws {
        let (old, new) = (try await Certificates(), try await Certificates())
        let files = try Files()
        try files.take(try await old.server())
        try await withServer(files.settings) { address in
            try await withClient(old.trusting) { client in
                try await client.expectEcho(at: address)
                try files.take(try await new.server())
                // By the connection that is open: another one would be refused.
                try await client.expectEcho(at: address)
            }
        }
    }

    @Test func filesThatAreOfNoUseAreNamed() async throws {
        let authority = try await Certificates()
        let good = try await authority.server()
        let other = try await authority.files(of: "other")
        let cases: [(String, (inout TLSConfiguration) -> Void)] = [
            ("/nowhere.pem", { $0.certificateFile = "/nowhere.pem" }),
            ("/nowhere.key", { $0.keyFile = "/nowhere.key" }),
            ("/nowhere.pem", { $0.authorityFile = "/nowhere.pem" }),
            ("do not fit", { $0.keyFile = other.key }),
            ("belong together", { $0.keyFile = nil }),
            (good.certificateFile ?? "", { $0.keyFile = $0.certificateFile }),
            (
                "authorityFile",
                {
                    $0.authorityFile = nil
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

    @Test func aServiceWithoutACertificateRefusesWhoeverCalls() async throws {
        let authority = try await Certificates()
        try await withServer(authority.trusting) { address in
            try await withClient(authority.trusting) { client in
                let error = try await client.failure(at: address)
                #expect(error?.code == .unavailable, "\(String(describing: error))")
            }
        }
    }
}

/// Files that are exchanged while they are in use.
private struct Files {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) }

    var settings: TLSConfiguration {
        var settings = TLSConfiguration(certificateFile: path("server.pem"), keyFile: path("server.key"))
        settings.refreshInterval = .zero
        return settings
    }

    /// As an administrator does: each file is there whole at every moment.
    func take(_ settings: TLSConfiguration, key: Bool = true) throws {
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
    /// The settings of a client without a certificate.
    fileprivate var trusting: TLSConfiguration { TLSConfiguration(authorityFile: authorityFile) }

    fileprivate func files(of name: String, for place: String = "IP:127.0.0.1") async throws -> (
        certificate: String, key: String
    ) {
        let identity = try await identity(name, subjectAlternativeName: place)
        return (identity.certificate, identity.key)
    }

    /// The settings of a server.
    fileprivate func server(for place: String = "IP:127.0.0.1") async throws -> TLSConfiguration {
        let files = try await files(of: "server", for: place)
        return TLSConfiguration(
            certificateFile: files.certificate, keyFile: files.key, authorityFile: authorityFile)
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

private func withClient(_ settings: TLSConfiguration, body: (HTTPTransport) async throws -> Void) async throws {
    let client = try HTTPTransport(tls: settings)
    let result = await Result { try await body(client) }
    await client.close()
    try result.get()
}

private func withServer(_ settings: TLSConfiguration, body: (Address) async throws -> Void) async throws {
    try await run(try HTTPTransport(tls: settings), body)
}

private func run(_ server: HTTPTransport, _ body: (Address) async throws -> Void) async throws {
    let listener = try await server.bind(to: Address(host: "127.0.0.1"))
    let running = Task {
        try await listener.run { TransportResponse(contentType: $0.contentType, body: $0.body) }
    }
    let result = await Result { try await body(listener.address) }
    await server.close()
    try await running.value
    try result.get()
}

extension Result where Failure == any Error {
    fileprivate init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
