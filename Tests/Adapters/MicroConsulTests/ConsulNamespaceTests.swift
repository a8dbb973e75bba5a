// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConsul
import MicroCore
import TestServers
import TestSupport
import Testing

/// Namespaces in a real agent: each sees only its own services.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(2))) struct ConsulNamespaceTests {
    private let server: ConsulServer
    private let name = uniqueName()

    init() throws { server = try #require(ConsulServer.current) }

    @Test func sameNameAndIDCoexistInDifferentNamespaces() async throws {
        let ports = ["": 1, "dev": 2, "dev2": 3]
        var registries: [String: ConsulRegistry] = [:]
        for namespace in ports.keys {
            var configuration = ConsulConfiguration()
            configuration.address = server.address
            configuration.namespace = namespace
            registries[namespace] = try ConsulRegistry(configuration: configuration)
        }
        for (namespace, registry) in registries {
            try await registry.register(record(name, port: ports[namespace]), timeToLive: .seconds(30))
            // The heartbeat finds it again.
            let again = try await registry.register(record(name, port: ports[namespace]), timeToLive: .seconds(30))
            #expect(!again.created)
        }
        for (namespace, registry) in registries {
            let expected = [record(name, port: ports[namespace])]
            #expect(try await eventually { try await registry.lookUp(name) == expected }, "in \(namespace)")
            // Others may use the empty namespace of an agent that was not started for this suite.
            func isOwn(_ names: [String]) -> Bool {
                namespace.isEmpty ? names.contains(name) && !names.contains { $0.contains("/") } : names == [name]
            }
            #expect(try await eventually { try await isOwn(registry.list()) }, "in \(namespace)")
            for scope in [name, nil] {
                let watch = try registry.watch(scope)
                for await state in watch where state[name] == expected {
                    #expect(isOwn(Array(state.names)), "in \(namespace)")
                    break
                }
                watch.cancel()
            }
        }
        try await registries["dev"]?.deregister(record(name))
        #expect(try await eventually { try await registries["dev"]?.lookUp(name) == [] })
        #expect(try await registries["dev"]?.list() == [])
        for namespace in ["", "dev2"] {
            let registry = try #require(registries[namespace])
            #expect(try await registry.lookUp(name) == [record(name, port: ports[namespace])])
            try await registry.deregister(record(name))
        }
        for registry in registries.values { await registry.close() }
    }

    @Test func instancesWithoutPrefixedIDAreFound() async throws {
        let foreign = #"{"Name":"dev/\#(name)","ID":"no-prefix","Port":1}"#
        _ = try await server.request("/v1/agent/service/register", method: "PUT", body: foreign)
        try await withConsul(makeConfiguration(server.address) { $0.namespace = "dev" }) { registry in
            try await registry.register(record(name), timeToLive: .seconds(30))
            #expect(try await eventually { try await registry.lookUp(name).flatMap(\.nodes).count == 2 })
            try await registry.deregister(record(name))
            #expect(
                try await eventually {
                    try await registry.lookUp(name).flatMap(\.nodes).map(\.id) == ["consul-id:no-prefix"]
                })
        }
        _ = try await server.request("/v1/agent/service/deregister/no-prefix", method: "PUT")
    }
}
