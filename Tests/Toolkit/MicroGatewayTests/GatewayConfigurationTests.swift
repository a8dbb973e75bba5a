// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import MicroCore
import MicroEdge
import Testing

@testable import MicroGateway

/// Settings from the environment.
@Suite struct GatewayConfigurationTests {
    private func configuration(_ variables: [String: String]) throws -> GatewayConfiguration {
        try GatewayConfiguration(
            configReader: ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables)))
    }

    @Test func goMicroNamesAreRead() throws {
        let configuration = try configuration([
            "MICRO_API_ADDRESS": ":9090", "MICRO_API_HANDLER": "proxy", "MICRO_API_NAMESPACE": "shop",
            "MICRO_API_RESOLVER": "host", "MICRO_API_CORS": "https://a.test, https://b.test",
            "MICRO_API_ENABLE_RPC": "true",
            "MICRO_API_RATE_LIMIT": "5:10", "MICRO_API_ACCESS_LOG": "none", "MICRO_API_REQUEST_TIMEOUT": "2s",
        ])
        #expect(configuration.edge.address == ":9090" && configuration.handler == .http)
        #expect(configuration.namespace == "shop" && configuration.resolver == .host)
        #expect(configuration.edge.cors?.origins == ["https://a.test", "https://b.test"])
        #expect(configuration.allowsExplicitCalls && configuration.edge.rateLimit?.burst == 10)
        #expect(configuration.edge.accessLogFormat == nil && configuration.edge.limits.requestTimeout == .seconds(2))
    }

    @Test func namespaceCanBeEmpty() throws {
        #expect(try configuration(["MICRO_API_NAMESPACE": "none"]).namespace == "")
        #expect(try configuration(["MICRO_NAMESPACE": "none"]).namespace == "")
        #expect(try configuration(["MICRO_API_NAMESPACE": ""]).namespace == "go.micro.api")
    }

    @Test func defaultsAreKept() throws {
        let configuration = try configuration(["MICRO_API_ADDRESS": ""])
        #expect(configuration.edge.address == "127.0.0.1:8080" && configuration.handler == .rpc)
        #expect(configuration.edge.cors == nil && configuration.edge.tls == nil && !configuration.allowsExplicitCalls)
    }

    @Test(arguments: [
        "MICRO_API_HANDLER", "MICRO_API_RESOLVER", "MICRO_API_ENABLE_RPC", "MICRO_API_RATE_LIMIT",
        "MICRO_API_ACCESS_LOG",
        "MICRO_API_REQUEST_TIMEOUT", "MICRO_API_MAX_REQUESTS",
    ]) func wrongSettingIsNamed(variable: String) throws {
        let error = #expect(throws: MicroError.self) { try configuration([variable: "?"]) }
        #expect(error?.code == .invalidArgument && error?.message.contains(variable) == true)
    }

    @Test func wrongKeysAreNotShown() throws {
        let error = #expect(throws: MicroError.self) { try configuration(["MICRO_API_KEYS": "hunter2"]) }
        #expect(error?.message.contains("MICRO_API_KEYS") == true && error?.message.contains("hunter2") == false)
    }

    @Test func keysMayEndWithPadding() throws {
        #expect(try configuration(["MICRO_API_KEYS": "shop=c2VjcmV0Cg==, app=x"]).edge.authenticators.count == 1)
        for wrong in ["shop=", "=x", "shop", "shop=a,=="] {
            #expect(throws: MicroError.self, "\(wrong)") { try configuration(["MICRO_API_KEYS": wrong]) }
        }
    }

    @Test func tlsNeedsBothFiles() throws {
        let error = #expect(throws: MicroError.self) { try configuration(["MICRO_ENABLE_TLS": "true"]) }
        #expect(error?.message.contains("MICRO_TLS_CERT_FILE") == true)
        let tls = try configuration(["MICRO_TLS_CERT_FILE": "c.pem", "MICRO_TLS_KEY_FILE": "k.pem"]).edge.tls
        #expect(tls?.certificateFile == "c.pem" && tls?.keyFile == "k.pem")
    }
}
