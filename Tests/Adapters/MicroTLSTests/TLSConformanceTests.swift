// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroConformanceTesting
import MicroCore
import MicroHTTP
import MicroTLS
import TestServers
import Testing

/// The transport contract over mutual TLS.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: Certificates.canBeCreated, "needs openssl"))
struct TLSConformanceTests {
    @Test(.conformanceReport) func transportConforms() async throws {
        let harness = try await TLSHarness()
        for each in TransportCase.all where each.hooks.isSubset(of: harness.hooks) {
            await each.verify(against: harness)
        }
    }

    @Test(arguments: TLSDefect.allCases) fileprivate func credentialsCaseDetectsDefect(_ defect: TLSDefect) async throws
    {
        let options = RunOptions(filter: defect.target)
        let report = await TransportRunner(try await TLSHarness(defect), options: options).run()
        #expect(report.results.map(\.outcome.isFailure) == [true], "\(report.results)")
    }
}

/// A defect of a TLS transport.
private enum TLSDefect: CaseIterable {
    /// The client does not verify the server's certificate.
    case clientAcceptsAnyCertificate
    /// The server accepts clients without a certificate.
    case serverAcceptsAnyClient

    /// The case that must detect the defect.
    var target: String {
        switch self {
        case .clientAcceptsAnyCertificate, .serverAcceptsAnyClient: "T50"
        }
    }
}

/// The HTTP transport over TLS with test certificates.
private struct TLSHarness: TransportHarness {
    let subject = TestSubject(
        adapter: "HTTPTransport (TLS)", adapterVersion: SwiftMicro.version, backend: "HTTP/1.1", backendVersion: "-")
    let bounds = TransportBounds(callCount: 300)
    let networkPath = NetworkPath.listener
    let credentials: Set<CredentialKind> = [.valid, .wrong]
    /// Only its `wireProtocol` is used, because T50 creates both sides.
    let endpoint: BackendEndpoint? = BackendEndpoint(Address(host: "127.0.0.1", port: 0), wireProtocol: .tls)

    private let authority: Certificates
    private let untrustedAuthority: Certificates
    private let trustedIdentity: Certificates.Identity
    private let untrustedIdentity: Certificates.Identity
    private let defect: TLSDefect?

    init(_ defect: TLSDefect? = nil) async throws {
        self.defect = defect
        authority = try await Certificates()
        untrustedAuthority = try await Certificates()
        trustedIdentity = try await authority.identity("service", subjectAlternativeName: "IP:127.0.0.1")
        untrustedIdentity = try await untrustedAuthority.identity("service", subjectAlternativeName: "IP:127.0.0.1")
    }

    func makeTransport(_ options: TransportClientOptions) async throws -> any Transport {
        let identity = options.credentials == .valid ? trustedIdentity : untrustedIdentity
        var settings = HTTPTLSConfiguration(certificateFile: identity.certificate, keyFile: identity.key)
        let isTrusted = options.trust == .valid || defect == .clientAcceptsAnyCertificate
        settings.certificateAuthorityFile = (isTrusted ? authority : untrustedAuthority).certificateAuthorityFile
        settings.requiresClientCertificate = defect != .serverAcceptsAnyClient
        var limits = HTTPConfiguration()
        // T27 performs thousands of handshakes, 32 concurrently: in a debug build, one was measured to wait for 1 s.
        limits.connectTimeout = .seconds(5)
        return try HTTPTransport(tls: settings, configuration: limits, logger: options.logger)
    }
}
