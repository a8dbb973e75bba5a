// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// The commands that inspect a registry, with records that go-micro has written to Consul.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(2))) struct GoMicroRecordTests {
    private let name = "go.micro.srv.say-\(UUID().uuidString.prefix(8).lowercased())"

    @Test(arguments: GoMicroTags.all) func recordIsListedShownAndDescribed(_ recording: GoMicroTags) async throws {
        let consul = try #require(ConsulServer.current)
        let tags = String(decoding: try JSONEncoder().encode(recording.tags), as: UTF8.self)
        let registered = try await consul.request(
            "/v1/agent/service/register", method: "PUT",
            body: #"{"ID":"\#(name)-1","Name":"\#(name)","Tags":\#(tags),"Address":"127.0.0.1","Port":27392}"#)
        try #require(registered.status == 200, "\(registered.text)")
        let system = try await TestSystem.start(
            greeters: 0, ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address])
        let isListed = try await eventually {
            try await system.micro("list", "services").text.split(separator: "\n").contains { $0 == name }
        }
        #expect(isListed)

        let get = try await system.micro("get", "service", name)
        #expect(get.status == 0 && get.text.contains("version 1.2.3"), "\(get.text)")
        let node = try #require(get.text.split(separator: "\n").first { $0.hasPrefix("\(name)-1\t127.0.0.1\t27392\t") })
        for pair in ["zone=eu", "disk=ssd", "registry=consul", "transport=http"] { #expect(node.contains(pair)) }
        #expect(get.text.contains("Endpoint: Say.Chat\nMetadata: stream=true"), "\(get.text)")

        let describe = try await system.micro("describe", name, "--no-age", "-o", "json")
        let versions = try JSONSerialization.jsonObject(with: Data(describe.text.utf8)) as? [[String: Any]]
        let endpoints = try #require(versions?.first?["endpoints"] as? [[String: Any]], "\(describe.text)")
        let templates = endpoints.map { "\($0["name"] ?? "") \($0["template"] ?? "")" }
        #expect(templates.contains(#"Say.Hello {"name":""}"#), "\(templates)")
        #expect(endpoints.first { $0["name"] as? String == "Say.Chat" }?["isStream"] as? Bool == true)
        let text = try await system.micro("describe", name, "--no-age")
        #expect(text.text.contains("micro stream \(name) Say.Chat") && text.status == 0, "\(text.text)")
        _ = try await consul.request("/v1/agent/service/deregister/\(name)-1", method: "PUT")
    }
}
