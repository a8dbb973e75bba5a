// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import MicroCore
import MicroEdge
import Testing

@testable import MicroGateway

/// The configuration file of a gateway.
@Suite struct GatewayFileTests {
    private func read(_ content: String) throws -> GatewayConfiguration {
        let path = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID().uuidString).json").path()
        try Data(content.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let variables = ["MICRO_API_CONFIG": path]
        return try GatewayConfiguration(
            configReader: ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables)))
    }

    @Test func membersAreRead() throws {
        let configuration = try read(
            #"""
            {
                "api_keys": {"shop": "KEY"},
                "cors": ["https://example.com"],
                "reserved_paths": {"/billing": "go.micro.api.billing"},
                "rules": [
                    {"path": "/reports/{rest=**}", "methods": ["GET"], "timeout": "2s", "rate_limit": "5:10", "max_requests": 20,
                     "max_body_size": 1024},
                    {"path": "/plain"}
                ],
                "versions": {"go.micro.api.greeter": {"weights": {"1": 90, "2": 10}, "sticky_header": "X-User"}}
            }
            """#)
        var rule = RouteRule(path: "/reports/{rest=**}")
        rule.methods = ["GET"]
        rule.timeout = .seconds(2)
        rule.rateLimit = RateLimit(requestsPerSecond: 5, burst: 10)
        rule.maxConcurrentRequests = 20
        rule.maxBodySize = 1024
        #expect(configuration.rules == [rule, RouteRule(path: "/plain")])
        let split = VersionSplit(weights: ["1": 90, "2": 10], stickyHeader: "X-User")
        #expect(configuration.versions == ["go.micro.api.greeter": split])
        #expect(configuration.reservedPaths == ["/billing": "go.micro.api.billing"])
        #expect(configuration.edge.authenticators.count == 1)
        #expect(configuration.edge.cors?.origins == ["https://example.com"])
        #expect(throws: Never.self) { try configuration.check() }
    }

    @Test(arguments: [
        ("", "is not JSON"), ("[]", "is not a JSON object"), (#"{"rule":[]}"#, "rule is unknown"),
        (#"{"rules":{}}"#, "rules is not a list"), (#"{"rules":[{}]}"#, "rules[0].path is missing"),
        (#"{"rules":[{"path":"/a"},{"path":"/a","limit":1}]}"#, "rules[1].limit is unknown"),
        (#"{"rules":[{"path":"/a{b"}]}"#, "rules[0].path is not valid"),
        (#"{"rules":[{"path":"/a","timeout":2}]}"#, "rules[0].timeout is not"),
        (#"{"rules":[{"path":"/a","timeout":"soon"}]}"#, "rules[0].timeout is not"),
        (#"{"rules":[{"path":"/a","rate_limit":"-1"}]}"#, "rules[0].rate_limit is not"),
        (#"{"rules":[{"path":"/a","max_requests":0}]}"#, "rules[0].max_requests is not"),
        (#"{"rules":[{"path":"/a","max_requests":1.5}]}"#, "rules[0].max_requests is not"),
        (#"{"rules":[{"path":"/a","max_requests":true}]}"#, "rules[0].max_requests is not"),
        (#"{"versions":{"s":{"weights":{"1":0}}}}"#, "versions.s.weights needs"),
        (#"{"versions":{"s":{"weights":{"1":-1}}}}"#, "versions.s.weights needs"),
        (#"{"api_keys":{"shop":""}}"#, "api_keys has an empty"), (#"{"api_keys":["hunter2"]}"#, "api_keys is not"),
    ]) func errorsNameTheInvalidMember(_ content: String, _ text: String) throws {
        let error = #expect(throws: MicroError.self) { try read(content) }
        #expect(error?.code == .invalidArgument)
        #expect(
            error?.message.contains(text) == true && error?.message.contains("gateway-") == true,
            "\(String(describing: error))")
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test func missingFileIsNamed() {
        let variables = ["MICRO_API_CONFIG": "/nowhere/gateway.json"]
        let error = #expect(throws: MicroError.self) {
            try GatewayConfiguration(
                configReader: ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables)))
        }
        #expect(error?.message.contains("/nowhere/gateway.json") == true)
    }
}
