// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConsul
import MicroCore
import TestServers
import TestSupport
import Testing

private let managementToken = "5ecadf00-1111-4222-8333-444455556666"

extension ConsulServer.Settings {
    fileprivate static let denyingByDefault = Self(
        configuration: """
            {"acl": {"enabled": true, "default_policy": "deny", "tokens": {"master": "\(managementToken)"}}}
            """)
}

/// A real agent that denies by default: a denied read is never an empty result.
@Suite(.requiresLocalConsul, .consul(.denyingByDefault), .serialized, .timeLimit(.minutes(2)))
struct ConsulACLTests {
    private let server: ConsulServer
    private let name = uniqueName()

    init() throws { server = try #require(ConsulServer.current) }

    /// Creates a token with a policy.
    private func token(_ rules: String) async throws -> String {
        func create(_ path: String, _ body: String) async throws -> String {
            // The management token becomes valid with a short delay.
            #expect(
                try await eventually {
                    try await server.request("/v1/acl/tokens", token: managementToken).status == 200
                })
            let response = try await server.request(path, method: "PUT", body: body, token: managementToken)
            #expect(response.status == 200, "\(response.text)")
            return response.text
        }
        let policy = uniqueName("p")
        let escaped = rules.replacingOccurrences(of: "\"", with: "\\\"")
        _ = try await create("/v1/acl/policy", #"{"Name":"\#(policy)","Rules":"\#(escaped)"}"#)
        let text = try await create("/v1/acl/token", #"{"Policies":[{"Name":"\#(policy)"}]}"#)

        return try field("SecretID", of: text)
    }

    private func field(_ name: String, of json: String) throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        return try #require(object?[name] as? String)
    }

    private func withRegistry<Value>(
        token: String?, log: LogRecorder = .init(), _ body: (ConsulRegistry) async throws -> Value
    ) async throws -> Value {
        try await withConsul(makeConfiguration(server.address) { $0.token = token.map(Secret.init) }, log: log) {
            try await body($0)
        }
    }

    private static let readAll = #"service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }"#
    private static let all = #"service_prefix "" { policy = "write" } node_prefix "" { policy = "read" }"#

    /// The error codes of all operations; nil for success.
    private func errorCodes(of registry: ConsulRegistry) async throws -> [MicroError.Code?] {
        [
            await errorCode { _ = try await registry.lookUp(name) },
            await errorCode { _ = try await registry.list() },
            await errorCode { _ = try await registry.register(record(name), timeToLive: .seconds(30)) },
        ]
    }

    @Test func missingTokenIsUnauthenticated() async throws {
        try await withRegistry(token: nil) { registry in
            #expect(try await errorCodes(of: registry) == [.unauthenticated, .unauthenticated, .unauthenticated])
            let error = try await #require(throws: MicroError.self) { try await registry.lookUp(name) }
            #expect(error.message.contains(server.address) && error.message.contains("CONSUL_HTTP_TOKEN"))
            for scope in [name, nil] {
                var watch = try registry.watch(scope).makeAsyncIterator()
                guard case .unknown(let cause) = await watch.next()?.freshness else {
                    Issue.record("the state of a service that may not be read must be unknown")
                    continue
                }
                #expect(cause.code == .unauthenticated)
            }
        }
    }

    @Test func unknownTokenIsUnauthenticated() async throws {
        let (wrong, log) = ("0bad0bad-1111-4222-8333-444455556666", LogRecorder())
        try await withRegistry(token: wrong, log: log) { registry in
            #expect(try await errorCodes(of: registry) == [.unauthenticated, .unauthenticated, .unauthenticated])
            var watch = try registry.watch(name).makeAsyncIterator()
            _ = await watch.next()
            for operation in [{ _ = try await registry.lookUp(name) }, { _ = try await registry.list() }] {
                let error = try await #require(throws: MicroError.self) { try await operation() }
                #expect(!"\(error)".contains(wrong) && !"\(String(reflecting: error))".contains(wrong))
            }
            #expect(!"\(registry)".contains(wrong))
        }
        #expect(log.has("Consul refused a watch"))
        #expect(!log.text.contains { $0.contains(wrong) })
    }

    @Test func tokenWithAllRightsIsAccepted() async throws {
        try await withRegistry(token: try await token(Self.all)) { registry in
            #expect(try await registry.lookUp(name).isEmpty)
            try await registry.register(record(name), timeToLive: .seconds(30))
            #expect(try await eventually { try await registry.lookUp(name) == [record(name)] })
            #expect(try await registry.list() == [name])
            try await registry.deregister(record(name))
            // With ACLs, Consul 1.8 responds with 500 if the instance does not exist.
            try await registry.deregister(record(name))
            #expect(try await eventually { try await registry.lookUp(name).isEmpty })
        }
    }

    @Test func readOnlyTokenCannotRegister() async throws {
        try await withRegistry(token: try await token(Self.readAll)) { registry in
            #expect(try await errorCodes(of: registry) == [nil, nil, .permissionDenied])
            let watch = try registry.watch(nil)
            for await state in watch {
                guard case .live = state.freshness else { continue }
                break
            }
        }
    }

    @Test func tokenWithoutRightsIsDenied() async throws {
        try await withRegistry(token: try await token("")) { registry async throws in
            #expect(try await errorCodes(of: registry) == [.permissionDenied, .permissionDenied, .permissionDenied])
        }
    }

    @Test func tokenIsLimitedToServicesWithRights() async throws {
        let rules = #"service_prefix "\#(name)" { policy = "write" } node_prefix "" { policy = "read" }"#
        try await withRegistry(token: try await token(rules)) { registry in
            #expect(try await registry.lookUp(name).isEmpty)
            #expect(await errorCode { _ = try await registry.lookUp("other") } == .permissionDenied)
            #expect(
                await errorCode { try await registry.register(record("other"), timeToLive: nil) } == .permissionDenied
            )
            try await registry.register(record(name), timeToLive: .seconds(30))
            #expect(try await eventually { try await registry.lookUp(name) == [record(name)] })
            #expect(try await eventually { try await registry.list() == [name] })
            let watch = try registry.watch(nil)
            for await state in watch where state[name] == [record(name)] { break }
            try await registry.deregister(record(name))
        }
    }

    /// Consul returns instances only for tokens that may read their nodes.
    @Test func missingNodeReadIsDeniedForExistingServices() async throws {
        let rules = #"service_prefix "" { policy = "write" }"#
        try await withRegistry(token: try await token(rules)) { registry in
            #expect(try await registry.lookUp(name).isEmpty)
            try await registry.register(record(name), timeToLive: .seconds(30))
        }
        try await withRegistry(token: try await token(rules)) { registry in
            #expect(await eventually { await errorCode { _ = try await registry.lookUp(name) } == .permissionDenied })
            #expect(try await registry.lookUp(name + "-none").isEmpty)
            try await registry.deregister(record(name))
        }
    }

    @Test func namespaceNeedsOnlyRightsForItsPrefix() async throws {
        let rules = #"service_prefix "dev/" { policy = "write" } node_prefix "" { policy = "read" }"#
        let token = try await token(rules)
        try await withConsul(
            makeConfiguration(server.address) {
                $0.token = Secret(token)
                $0.namespace = "dev"
            }
        ) { registry in
            #expect(try await registry.list().isEmpty)
            #expect(try await registry.lookUp(name).isEmpty)
            try await registry.register(record(name), timeToLive: .seconds(30))
            #expect(try await eventually { try await registry.list() == [name] })
            try await registry.deregister(record(name))
        }
        #expect(
            await errorCode { try await withRegistry(token: token) { _ = try await $0.list() } } == .permissionDenied)
    }

    @Test func revokedTokenMakesWatchStale() async throws {
        let token = try await token(Self.readAll)
        try await withConsul(
            makeConfiguration(server.address) {
                $0.token = Secret(token)
                $0.watchRenewalInterval = .milliseconds(500)
            }
        ) { registry in
            var watch = try registry.watch(name).makeAsyncIterator()
            guard case .live = await watch.next()?.freshness else {
                Issue.record("the state must be live")
                return
            }
            let own = try await server.request("/v1/acl/token/self", token: token).text

            let id = try field("AccessorID", of: own)
            _ = try await server.request("/v1/acl/token/\(id)", method: "DELETE", token: managementToken)
            guard case .stale(_, let cause) = await watch.next()?.freshness else {
                Issue.record("the state must be stale after the token was revoked")
                return
            }
            #expect(cause.code == .unauthenticated)
        }
    }

    @Test func emptyResponseAuthorizationIsCached() async throws {
        let relay = try HTTPRelay(to: try #require(Int(server.address.split(separator: ":")[1])))
        defer { relay.stop() }
        let token = try await token(Self.readAll)
        try await withConsul(makeConfiguration(relay.address) { $0.token = Secret(token) }) { registry async throws in
            for _ in 0..<5 { #expect(try await registry.lookUp(name).isEmpty) }
        }
        #expect(relay.requests.count == 6, "\(relay.requests)")
        #expect(relay.requests.count { $0.hasSuffix("/acl/authorize") } == 1)
    }

    /// Watches that share a query also report missing permissions.
    @Test func sharedWatchReportsDeniedServices() async throws {
        let rules = #"service_prefix "\#(name)" { policy = "write" } node_prefix "" { policy = "read" }"#
        try await withRegistry(token: try await token(rules)) { registry in
            let fillers = try (0..<16).map { try registry.watch("\(name)-\($0)") }
            let (mine, others) = (
                RegistryStateRecorder(try registry.watch(name)),
                RegistryStateRecorder(try registry.watch("other-\(name)"))
            )
            #expect(await eventually { mine.isLive && mine.value?[name] == [] })
            #expect(
                await eventually {
                    guard case .unknown(let cause) = others.value?.freshness else { return false }
                    return cause.code == .permissionDenied
                })
            try await registry.register(record(name), timeToLive: .seconds(30))
            #expect(await eventually { mine.isLive && mine.value?[name] == [record(name)] })
            try await registry.deregister(record(name))
            for watch in fillers { watch.cancel() }
        }
    }
}
