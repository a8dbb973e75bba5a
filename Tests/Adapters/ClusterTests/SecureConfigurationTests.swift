// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import TestServers
import TestSupport
import Testing

/// What `docker/compose.secure.yml` mounts and runs, on servers of this machine.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: Certificates.canBeMade, "needs openssl"))
struct SecureConfigurationTests {
    @Test(.whereConsulCanBeStarted) func consulShowsNothingWithoutTheToken() async throws {
        let token = "5ecadf00-1111-4222-8333-444455556666"
        let server = try ConsulServer(try await .secure(Certificates(), token: token))
        try await server.start()
        #expect(server.url.hasPrefix("https:"))
        #expect(
            try await eventually {
                let answer = try await server.ask("/v1/catalog/nodes", token: token)
                return answer.status == 200 && answer.text.contains("127.0.0.1")
            })
        let nothing = try await server.ask("/v1/catalog/nodes")
        #expect(nothing.status == 200 && nothing.text.trimmingCharacters(in: .whitespacesAndNewlines) == "[]")
        let service = #"{"Name": "greeter", "Port": 1}"#
        #expect(try await server.ask("/v1/agent/service/register", method: "PUT", body: service).status == 403)
        await server.end()
    }

    @Test(.whereEtcdCanBeStarted, .enabled(if: Machine.path(of: "curl") != nil, "needs curl"))
    func theScriptEnablesEtcdsAuthenticationOnce() async throws {
        let certificates = try await Certificates()
        let server = try EtcdServer(try await .secure(certificates, rootPassword: nil))
        try await server.start()
        #expect(server.url.hasPrefix("https:"))
        try await server.put("k", "v")
        for answer in ["authentication is enabled\n", "authentication is enabled already\n"] {
            let script = try Child(
                Configuration.path("secure/enable-etcd-authentication"), [server.url, certificates.authorityFile],
                environment: ["ETCD_ROOT_PASSWORD": "a password"])
            #expect(await script.exitStatus() == 0)
            #expect(script.text == answer)
        }
        #expect(try await server.ask("/v3/kv/range", #"{"key":"aw=="}"#).status == 400)
        let token = try await server.token(user: "root", password: "a password")
        #expect(try await server.ask("/v3/kv/range", #"{"key":"aw=="}"#, token: token).status == 200)
        await server.end()
    }

    @Test(.whereNATSCanBeStarted) func natsSpeaksTLSOnBothPortsAndAsksForThePassword() async throws {
        let certificates = try await Certificates()
        let server = try NATSServer(
            try await .secure(certificates, credentials: .password(user: "development", "a password")))
        try await server.start()
        #expect(server.url.hasPrefix("tls:"))
        let peer = try NATSPeer(server)
        #expect(peer.hears(#""auth_required":true,"tls_required":true"#))
        peer.say(#"CONNECT {"user":"development","pass":"a password"}"#, "PING")
        #expect(!peer.hears("PONG"))
        let transfer = CurlTransfer(
            configuration: .init(tls: CurlTLS(certificateAuthorityFile: certificates.authorityFile)))
        let url = server.webSocketURL.replacing("wss://", with: "https://")
        // It is no WebSocket that is asked for.
        #expect(try await transfer.perform(CurlRequest(url: url, timeout: .seconds(5))).status == 400)
        await transfer.close()
        await server.end()
    }

    @Test func certificatesThatAreGoodStay() async throws {
        let certificates = try await Certificates()
        let first = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: first.certificate))
        let again = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        #expect(try Data(contentsOf: URL(fileURLWithPath: again.certificate)) == bytes)
        try FileManager.default.removeItem(atPath: certificates.authorityFile)
        let anew = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        #expect(try Data(contentsOf: URL(fileURLWithPath: anew.certificate)) != bytes)
    }
}
