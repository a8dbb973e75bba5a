// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroCore
import MicroEdge
import MicroHTTP
import MicroMemory
import MicroTLS
import TestServers
import TestSupport
import Testing

@testable import MicroSidecar

/// Mutual TLS between two sidecars.
@Suite(
    .enabled(if: Certificates.canBeCreated, "needs openssl"), .blocking, .startsServers, .timeLimit(.minutes(2)))
struct SidecarTLSTests {
    private let backend = MemoryBackend()

    /// A transport with the certificate of an authority; nil for none.
    private func transport(_ certificates: Certificates, trusts authority: Certificates, name: String?) async throws
        -> HTTPTransport
    {
        var tls = HTTPTLSConfiguration(certificateAuthorityFile: authority.certificateAuthorityFile)
        if let name {
            let identity = try await certificates.identity(name, subjectAlternativeName: "IP:127.0.0.1")
            (tls.certificateFile, tls.keyFile) = (identity.certificate, identity.key)
            tls.requiresClientCertificate = true
        }
        return try HTTPTransport(tls: tls)
    }

    /// Calls the app of another sidecar through a sidecar with a transport.
    private func call(over transport: HTTPTransport) async throws -> (status: Int?, body: String) {
        let client = try Client(
            registry: MemoryRegistry(backend: backend), transport: transport, broker: MemoryBroker(backend: backend))
        var configuration = SidecarConfiguration()
        configuration.edge.address = "127.0.0.1:0"
        let sidecar = try Sidecar(
            configuration: configuration, client: client, registry: MemoryRegistry(backend: backend),
            broker: MemoryBroker(backend: backend), transport: transport, logger: LogRecorder().logger)
        let response = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sidecar.run() }
            let port = try #require(try await sidecar.listeningAddress().port)
            let response = try SidecarClient(port: port).send(
                "POST /rpc", ["Content-Type: application/json", "Timeout: 5"],
                body: #"{"service":"shop","endpoint":"Shop.Buy","request":{}}"#)
            group.cancelAll()
            while await group.nextResult() != nil {}
            return (response.status, response.body)
        }
        await client.close()
        await transport.close()
        return response
    }

    @Test func onlySidecarsOfTheAuthorityReachAnApp() async throws {
        let certificates = try await Certificates()
        let others = try await Certificates()
        let app = try TestApp { _ in
            ScriptedResponse(headers: [("Content-Type", "application/json")], text: "{\"n\":1}")
        }
        let fixture = SidecarFixture(
            backend: backend, transport: try await transport(certificates, trusts: certificates, name: "b"))
        var configuration = SidecarApp(name: "shop", address: Address(host: "127.0.0.1", port: app.port))
        configuration.callProtocol = .http
        configuration.healthCheck.interval = .milliseconds(20)
        try await fixture.run {
            $0.apps = [configuration]
        } _: { (_) async throws in
            #expect(try await eventually { try await !fixture.registry.lookUp("shop").isEmpty })
            let trusted = try await call(over: transport(certificates, trusts: certificates, name: "a"))
            #expect(trusted.status == 200 && trusted.body == "{\"n\":1}", "\(trusted)")
            let requests = app.requests.count
            // A certificate of another authority, no certificate, and no trust in the authority of the other sidecar.
            for (issuer, authority, name) in [
                (others, certificates, "c"), (certificates, certificates, nil), (certificates, others, "d"),
            ] as [(Certificates, Certificates, String?)] {
                let refused = try await call(over: transport(issuer, trusts: authority, name: name))
                #expect([500, 503].contains(refused.status) && refused.body.contains("\"code\""), "\(refused)")
            }
            // Plain HTTP.
            let plain = try await call(over: HTTPTransport())
            #expect(plain.status != 200, "\(plain)")
            #expect(app.requests.count == requests)
        }
    }
}
