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
    ])
    func addresses(_ address: String, _ url: String) throws {
        #expect(try description(address) == "Consul at \(url)")
    }

    @Test(arguments: ["", "a b", "ftp://x:1", "http://x/v1", "x:99999", "a:1,b:2", "http://", "x?y", "\r\nx"])
    func badAddresses(_ address: String) {
        #expect { try description(address) } throws: {
            ($0 as? MicroError)?.code == .invalidArgument && "\($0)".contains("MICRO_REGISTRY_ADDRESS")
        }
    }

    @Test func credentialsInTheAddressAreRefusedAndNotShown() {
        #expect { try description("http://me:hunter2@consul:8500") } throws: {
            ($0 as? MicroError)?.code == .invalidArgument && !"\($0)".contains("hunter2")
        }
    }

    @Test func settingsAreRead() {
        let reader = ConfigReader(
            provider: InMemoryProvider(values: [
                "micro.registry.address": "consul:1", "consul.http.token": "hunter2",
            ]))
        let configuration = ConsulConfiguration(configReader: reader)
        #expect(configuration.address == "consul:1")
        #expect(configuration.token?.reveal() == "hunter2")
        #expect(!"\(configuration)".contains("hunter2"))
    }
}
