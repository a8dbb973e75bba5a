// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroCore
import MicroEtcd
import TestServers
import TestSupport
import Testing

/// A real etcd with HTTPS that verifies client certificates.
@Suite(
    .requiresLocalEtcd, .serialized, .timeLimit(.minutes(2)),
    .enabled(if: Certificates.canBeCreated, "needs openssl"))
struct EtcdTLSTests {
    private let name = uniqueName()

    @Test func mutualTLSRequiresTrustOnBothSides() async throws {
        let (certificates, others) = (try await Certificates(), try await Certificates())
        let identity = try await certificates.identity("server", subjectAlternativeName: "IP:127.0.0.1")
        let own = try await certificates.identity("client", subjectAlternativeName: "DNS:client.test")
        let trusted = CurlTLS(
            certificateAuthorityFile: certificates.certificateAuthorityFile, clientCertificateFile: own.certificate,
            clientKeyFile: own.key)
        let tls = EtcdServer.Settings.TLS(
            identity: identity, clientAuthorityFile: certificates.certificateAuthorityFile, client: trusted)
        try await withServer(.init(tls: tls)) { server in
            func configuration(_ change: (inout EtcdConfiguration) -> Void = { _ in }) -> EtcdConfiguration {
                makeConfiguration(server.address) {
                    $0.usesTLS = true
                    $0.tls.certificateAuthorityFile = certificates.certificateAuthorityFile
                    $0.tls.certificateFile = own.certificate
                    $0.tls.keyFile = own.key
                    change(&$0)
                }
            }
            try await withEtcd(configuration()) { registry in
                try await registry.register(record(name), timeToLive: .seconds(30))
                let latest = RegistryStateRecorder(try registry.watch(name))
                #expect(await eventually { latest.value?[name] == [record(name)] })
            }
            let untrusted = configuration { $0.tls.certificateAuthorityFile = others.certificateAuthorityFile }
            let unnamed = configuration { ($0.tls.certificateFile, $0.tls.keyFile) = (nil, nil) }
            for (configuration, hint) in [(untrusted, "ETCDCTL_CACERT"), (unnamed, "ETCDCTL_CERT")] {
                try await withEtcd(configuration) { registry in
                    let error = try await #require(throws: MicroError.self) { try await registry.lookUp(name) }
                    #expect(error.code == .unavailable && error.message.contains(hint), "\(error)")
                }
            }
        }
    }
}
