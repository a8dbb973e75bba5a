// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestServers
import TestSupport
import Testing

/// The configuration files and scripts of `docker/compose.secure.yml`, with local servers.
@Suite(.startsServers, .serialized, .timeLimit(.minutes(2)), .enabled(if: Certificates.canBeCreated, "needs openssl"))
struct SecureConfigurationTests {
    @Test(.requiresLocalConsul) func consulRequiresToken() async throws {
        let token = "5ecadf00-1111-4222-8333-444455556666"
        let server = try ConsulServer(try await .secure(Certificates(), token: token))
        try await server.start()
        #expect(server.url.hasPrefix("https:"))
        #expect(
            try await eventually {
                let response = try await server.request("/v1/catalog/nodes", token: token)
                return response.status == 200 && response.text.contains("127.0.0.1")
            })
        let nothing = try await server.request("/v1/catalog/nodes")
        #expect(nothing.status == 200 && nothing.text.trimmingCharacters(in: .whitespacesAndNewlines) == "[]")
        let service = #"{"Name": "greeter", "Port": 1}"#
        #expect(try await server.request("/v1/agent/service/register", method: "PUT", body: service).status == 403)
        await server.end()
    }

    @Test(.requiresLocalEtcd, .enabled(if: Machine.path(of: "curl") != nil, "needs curl"))
    func etcdAuthenticationScriptIsIdempotent() async throws {
        let certificates = try await Certificates()
        let server = try EtcdServer(try await .secure(certificates, rootPassword: nil))
        try await server.start()
        #expect(server.url.hasPrefix("https:"))
        try await server.put("k", "v")
        for response in ["authentication is enabled\n", "authentication is enabled already\n"] {
            let script = try ChildProcess(
                DockerConfiguration.path("secure/enable-etcd-authentication"),
                [server.url, certificates.certificateAuthorityFile],
                environment: ["ETCD_ROOT_PASSWORD": "a password"])
            #expect(await script.exitStatus() == 0)
            #expect(script.text == response)
        }
        #expect(try await server.request("/v3/kv/range", #"{"key":"aw=="}"#).status == 400)
        let token = try await server.token(user: "root", password: "a password")
        #expect(try await server.request("/v3/kv/range", #"{"key":"aw=="}"#, token: token).status == 200)
        await server.end()
    }

    @Test(.requiresLocalNATS) func natsRequiresTLSAndPasswordOnBothPorts() async throws {
        let certificates = try await Certificates()
        let server = try NATSServer(
            try await .secure(certificates, credentials: .password(user: "development", "a password")))
        try await server.start()
        #expect(server.url.hasPrefix("tls:"))
        let peer = try RawNATSClient(server)
        #expect(peer.receives(#""auth_required":true,"tls_required":true"#))
        peer.send(#"CONNECT {"user":"development","pass":"a password"}"#, "PING")
        #expect(!peer.receives("PONG"))
        let transfer = CurlTransfer(
            configuration: .init(tls: CurlTLS(certificateAuthorityFile: certificates.certificateAuthorityFile)))
        let url = server.webSocketURL.replacing("wss://", with: "https://")
        // The request is not a WebSocket upgrade.
        #expect(try await transfer.perform(CurlRequest(url: url, timeout: .seconds(5))).status == 400)
        await transfer.close()
        await server.end()
    }

    @Test func validCertificatesAreReused() async throws {
        let certificates = try await Certificates()
        let first = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: first.certificate))
        let again = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        #expect(try Data(contentsOf: URL(fileURLWithPath: again.certificate)) == bytes)
        try FileManager.default.removeItem(atPath: certificates.certificateAuthorityFile)
        let anew = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        #expect(try Data(contentsOf: URL(fileURLWithPath: anew.certificate)) != bytes)
    }
}
