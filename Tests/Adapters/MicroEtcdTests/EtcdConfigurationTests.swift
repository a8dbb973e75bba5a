// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import MicroCore
import Testing

@testable import MicroEtcd

@Suite struct EtcdConfigurationTests {
    private func description(_ address: String) throws -> String {
        try EtcdRegistry(configuration: makeConfiguration(address)).description
    }

    private func isRefused(_ change: (inout EtcdConfiguration) -> Void) -> Bool {
        do {
            _ = try EtcdRegistry(configuration: makeConfiguration("a:1", change))
            return false
        } catch { return (error as? MicroError)?.code == .invalidArgument && !"\(error)".contains("hunter2") }
    }

    @Test func addressesBecomeURLs() throws {
        #expect(try EtcdRegistry().description == "etcd at http://127.0.0.1:2379")
        #expect(try description("a:1, https://b:2/,a:1") == "etcd at http://a:1, https://b:2")
        #expect(try description("[::1]:2379") == "etcd at http://[::1]:2379")
        #expect(try description("localhost,https://b") == "etcd at http://localhost:2379, https://b")
        let secure = makeConfiguration("a:1,http://b:2") { $0.usesTLS = true }
        #expect(try EtcdRegistry(configuration: secure).description == "etcd at https://a:1, http://b:2")
    }

    @Test(arguments: ["", "a b", "ftp://x:1", "http://x/v3", "x:99999", "a:1,", "http://me:hunter2@x:1", "\r\nx"])
    func invalidAddressesAreRejected(_ address: String) {
        #expect { try description(address) } throws: {
            ($0 as? MicroError)?.code == .invalidArgument && "\($0)".contains("MICRO_REGISTRY_ADDRESS")
                && "\($0)".contains("an etcd member") && !"\($0)".contains("hunter2")
        }
    }

    @Test func credentialsInAddressAreRejectedWithAdvice() {
        #expect { try description("http://me:hunter2@etcd:2379") } throws: {
            "\($0)".contains("must not contain credentials") && "\($0)".contains("ETCDCTL_USER")
                && !"\($0)".contains("hunter2")
        }
    }

    @Test func invalidSettingsAreRejected() {
        for namespace in ["a/b", "a b", "ä", "a.b", "a@b", String(repeating: "a", count: 64)] {
            #expect(isRefused { $0.namespace = namespace })
        }
        for prefix in ["", "/", "a b", "/ä/", "\n", String(repeating: "a", count: 201)] {
            #expect(isRefused { $0.prefix = prefix })
        }
        #expect(isRefused { $0.user = "root" })
        #expect(isRefused { $0.password = Secret("hunter2") })
        #expect(
            isRefused {
                $0.user = ""
                $0.password = Secret("hunter2")
            })
    }

    @Test func settingsAreRead() {
        let reader = ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: [
                "MICRO_REGISTRY_ADDRESS": "a:1,b:2", "MICRO_REGISTRY_NAMESPACE": "dev",
                "MICRO_REGISTRY_PREFIX": "/micro-registry/", "ETCDCTL_USER": "root:hunter2:3",
                "ETCDCTL_CACERT": "ca.pem", "ETCDCTL_CERT": "c.pem", "ETCDCTL_KEY": "k.pem",
            ]))
        let configuration = EtcdConfiguration(configReader: reader)
        #expect(configuration.addresses == ["a:1", "b:2"] && configuration.namespace == "dev")
        #expect(configuration.prefix == "/micro-registry/")
        #expect(configuration.user == "root" && configuration.password?.reveal() == "hunter2:3")
        #expect(configuration.tls.certificateAuthorityFile == "ca.pem")
        #expect(configuration.tls.certificateFile == "c.pem" && configuration.tls.keyFile == "k.pem")
        #expect(!"\(configuration)".contains("hunter2"))
    }

    @Test func passwordCanBeSeparateAndEmptySettingsAreUnset() {
        func read(_ variables: [String: String]) -> EtcdConfiguration {
            EtcdConfiguration(
                configReader: ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables)))
        }
        let apart = read(["ETCDCTL_USER": "root", "ETCDCTL_PASSWORD": "a:b"])
        #expect(apart.user == "root" && apart.password?.reveal() == "a:b")
        // As in etcdctl: with a separate password, the whole text is the name.
        let colon = read(["ETCDCTL_USER": "ro:ot", "ETCDCTL_PASSWORD": "x"])
        #expect(colon.user == "ro:ot" && colon.password?.reveal() == "x")
        let none = read(["ETCDCTL_USER": "", "ETCDCTL_PASSWORD": "", "ETCDCTL_CACERT": "", "MICRO_REGISTRY_PREFIX": ""])
        #expect(none.user == nil && none.password == nil && none.tls.certificateAuthorityFile == nil)
        #expect(none.prefix == "/micro/registry/" && none.addresses == ["127.0.0.1:2379"])
    }
}
