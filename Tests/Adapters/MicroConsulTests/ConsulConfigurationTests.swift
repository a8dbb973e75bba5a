// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import MicroCore
import Testing

@testable import MicroConsul

@Suite struct ConsulConfigurationTests {
    private func description(_ address: String) throws -> String {
        var configuration = ConsulConfiguration()
        configuration.address = address
        return try ConsulRegistry(configuration: configuration).description
    }

    @Test(arguments: [
        ("127.0.0.1:8500", "http://127.0.0.1:8500"), ("http://consul:8500/", "http://consul:8500"),
        ("https://consul.example", "https://consul.example"), ("[::1]:8500", "http://[::1]:8500"),
        ("localhost", "http://localhost:8500"), ("[::1]", "http://[::1]:8500"), ("http://consul", "http://consul"),
    ])
    func addressesBecomeURLs(_ address: String, _ url: String) throws {
        #expect(try description(address) == "Consul at \(url)")
    }

    @Test(arguments: [
        "", "a b", "ftp://x:1", "http://x/v1", "x:99999", "a:1,", ",", "a:1,b:x", "http://", "x?y", "\r\nx",
    ])
    func invalidAddressesAreRejected(_ address: String) {
        #expect { try description(address) } throws: {
            ($0 as? MicroError)?.code == .invalidArgument && "\($0)".contains("MICRO_REGISTRY_ADDRESS")
        }
    }

    @Test func multipleAddressesAreParsed() throws {
        #expect(try description("a:1, https://b:2/,a:1") == "Consul at http://a:1, https://b:2")
        var configuration = ConsulConfiguration()
        configuration.addresses = ["a:1", "b:2"]
        #expect(configuration.address == "a:1,b:2")
        #expect(try ConsulRegistry(configuration: configuration).description == "Consul at http://a:1, http://b:2")
        configuration.addresses = []
        #expect { try ConsulRegistry(configuration: configuration) } throws: {
            ($0 as? MicroError)?.code == .invalidArgument
        }
    }

    @Test func usesTLSMakesDefaultSchemeHTTPS() throws {
        var configuration = ConsulConfiguration()
        configuration.usesTLS = true
        configuration.address = "a:1,http://b:2"
        #expect(try ConsulRegistry(configuration: configuration).description == "Consul at https://a:1, http://b:2")
    }

    @Test(arguments: ["a/b", "a b", "ä", "a.b", String(repeating: "a", count: 64)])
    func invalidNamespacesAndDatacentersAreRejected(_ name: String) {
        var configuration = ConsulConfiguration()
        configuration.namespace = name
        #expect { try ConsulRegistry(configuration: configuration) } throws: {
            ($0 as? MicroError)?.code == .invalidArgument
        }
        configuration.namespace = ""
        configuration.datacenter = name + "/"
        #expect { try ConsulRegistry(configuration: configuration) } throws: {
            ($0 as? MicroError)?.code == .invalidArgument
        }
    }

    @Test func namespaceRecognizesOnlyItsNames() {
        let (none, dev) = (ConsulNamespace(""), ConsulNamespace("dev"))
        #expect(dev.stored("svc") == "dev/svc")
        #expect(
            ["svc", "dev/svc", "dev2/svc", "consul", "dev/", "dev/a/b"].map(none.service) == [
                "svc", nil, nil, nil, nil, nil,
            ])
        #expect(
            ["svc", "dev/svc", "dev2/svc", "dev/", "dev/a/b", "de"].map(dev.service) == [
                nil, "svc", nil, nil, nil, nil,
            ])
    }

    @Test(arguments: ["", "dev"]) func idsOfOtherProductsAreEncodedReversibly(_ name: String) throws {
        let namespace = ConsulNamespace(name)
        for stored in ["_nomad-task-8f1b", "host/app:1", "a b", "ä", "x/y/z", "-", "a_b/c"] {
            let id = try #require(namespace.nodeID(stored: stored))
            #expect(NameRules.isName(id))
            #expect(namespace.storedID(ofNode: id) == stored)
        }
        for id in ["svc-1", "consul-id:abc"] {
            #expect(namespace.nodeID(stored: namespace.storedID(ofNode: id)) == id)
        }
        #expect(namespace.nodeID(stored: String(repeating: "_", count: 100)) == nil)
    }

    @Test func credentialsInAddressAreRejectedAndRedacted() {
        #expect { try description("http://me:hunter2@consul:8500") } throws: {
            ($0 as? MicroError)?.code == .invalidArgument && !"\($0)".contains("hunter2")
                && "\($0)".contains("must not contain credentials") && "\($0)".contains("CONSUL_HTTP_TOKEN")
        }
    }

    @Test func settingsAreRead() {
        let reader = ConfigReader(
            provider: InMemoryProvider(values: [
                "micro.registry.address": "consul:1", "consul.http.token": "hunter2",
                "micro.registry.namespace": "dev", "micro.registry.datacenter": "dc2", "consul.http.ssl": true,
                "consul.cacert": "ca.pem", "consul.client.cert": "c.pem", "consul.client.key": "k.pem",
            ]))
        let configuration = ConsulConfiguration(configReader: reader)
        #expect(configuration.address == "consul:1")
        #expect(configuration.token?.reveal() == "hunter2")
        #expect(configuration.namespace == "dev" && configuration.datacenter == "dc2" && configuration.usesTLS)
        #expect(configuration.tls.certificateAuthorityFile == "ca.pem")
        #expect(configuration.tls.certificateFile == "c.pem" && configuration.tls.keyFile == "k.pem")
        #expect(!"\(configuration)".contains("hunter2"))
    }

    @Test func consulEnvironmentVariablesAreRead() {
        let reader = ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: [
                "CONSUL_HTTP_SSL": "true", "CONSUL_CACERT": "ca.pem", "CONSUL_CLIENT_CERT": "c.pem",
                "CONSUL_CLIENT_KEY": "k.pem", "CONSUL_HTTP_TOKEN": "", "MICRO_REGISTRY_NAMESPACE": "dev",
                "MICRO_REGISTRY_ADDRESS": "a:1,b:2",
            ]))
        let configuration = ConsulConfiguration(configReader: reader)
        #expect(configuration.usesTLS && configuration.tls.certificateAuthorityFile == "ca.pem")
        #expect(configuration.tls.certificateFile == "c.pem" && configuration.tls.keyFile == "k.pem")
        #expect(configuration.token == nil && configuration.namespace == "dev")
        #expect(configuration.addresses == ["a:1", "b:2"])
    }
}
