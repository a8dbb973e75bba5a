// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConsul
import MicroCore
import Synchronization
import TestServers
import TestSupport
import Testing

/// Error responses and malformed responses: each is a typed error, and never read as an empty result.
@Suite(.timeLimit(.minutes(1))) struct ConsulErrorTests {
    private func withRegistry<Value>(
        at address: String, token: String? = nil, timeout: Duration = .seconds(5),
        _ body: (ConsulRegistry) async throws -> Value
    ) async throws -> Value {
        var configuration = ConsulConfiguration()
        configuration.address = address
        configuration.timeout = timeout
        configuration.token = token.map(Secret.init)
        let registry = try ConsulRegistry(configuration: configuration)
        let result: Result<Value, any Error>
        do { result = .success(try await body(registry)) } catch { result = .failure(error) }
        await registry.close()
        return try result.get()
    }

    private func lookUpError(_ response: ScriptedResponse, token: String? = nil) async throws -> MicroError {
        let server = try ScriptedServer { _ in response }
        defer { server.stop() }
        return try await withRegistry(at: server.url, token: token) { registry in
            try await #require(throws: MicroError.self) { try await registry.lookUp("svc") }
        }
    }

    @Test(arguments: [
        (403, "ACL not found", MicroError.Code.unauthenticated), (403, "Permission denied: x", .permissionDenied),
        (401, "", .unauthenticated), (500, "No cluster leader", .unavailable), (503, "", .unavailable),
        (429, "Your IP is issuing too many concurrent connections", .resourceExhausted),
        (413, "too large", .payloadTooLarge),
        (400, "bad", .invalidArgument), (302, "", .internal), (204, "", .internal), (404, "nothing here", .internal),
    ])
    func statusCodesMapToErrors(_ status: Int, _ text: String, _ code: MicroError.Code) async throws {
        let error = try await lookUpError(ScriptedResponse(status: status, text: text), token: "hunter2")
        #expect(error.code == code)
        #expect(error.message.contains("127.0.0.1"))
        #expect(!"\(error)".contains("hunter2"))
    }

    @Test(arguments: ["", "[", "{}", "null", "<html>", "[1]x", "\u{0}"]) func malformedBodyIsAnError(_ body: String)
        async throws
    {
        let error = try await lookUpError(ScriptedResponse(headers: [("X-Consul-Index", "5")], text: body))
        #expect(error.code == .internal)
    }

    @Test(arguments: [nil, "", "-1", "x", "99999999999999999999999"]) func missingIndexIsAnError(_ index: String?)
        async throws
    {
        let headers = index.map { [("X-Consul-Index", $0)] } ?? []
        #expect(try await lookUpError(ScriptedResponse(headers: headers, text: "[]")).code == .internal)
    }

    @Test func corruptRecordIsSkipped() async throws {
        let good =
            #"{"Node":{"Address":"10.0.0.1"},"Service":{"ID":"a","Service":"svc","Tags":["v=1"],"Port":80},"Checks":[]}"#
        let response =
            #"[{"Node":1},"# + good
            + #",{},null,7,{"Node":{"Address":"x y"},"Service":{"ID":"b","Service":"svc"},"Checks":[]}]"#
        let server = try ScriptedServer { _ in ScriptedResponse(headers: [("X-Consul-Index", "5")], text: response) }
        defer { server.stop() }
        let records = try await withRegistry(at: server.url) { try await $0.lookUp("svc") }
        #expect(
            records == [ServiceRecord(name: "svc", version: "1", nodes: [Node(id: "a", address: "10.0.0.1", port: 80)])]
        )
    }

    @Test func refusedConnectionIsUnavailable() async throws {
        let server = try ScriptedServer { _ in ScriptedResponse() }
        server.stop()
        try await withRegistry(at: server.url) { registry in
            let error = try await #require(throws: MicroError.self) { try await registry.list() }
            #expect(error.code == .unavailable)
            #expect(error.message.hasPrefix("cannot reach Consul at \(server.url)"))
            var watch = try registry.watch("svc").makeAsyncIterator()
            guard case .unknown(let cause) = await watch.next()?.freshness else {
                Issue.record("the state of an unreachable Consul must be unknown")
                return
            }
            #expect(cause.code == .unavailable)
        }
    }

    @Test func unresponsiveServerTimesOut() async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        defer { server.stop() }
        try await withRegistry(at: server.url, timeout: .milliseconds(300)) { registry in
            let error = try await #require(throws: MicroError.self) { try await registry.lookUp("svc") }
            #expect(error.code == .deadlineExceeded)
        }
    }

    @Test func cancellationIsPrompt() async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        defer { server.stop() }
        try await withRegistry(at: server.url, timeout: .seconds(50)) { registry in
            let task = Task { try await registry.lookUp("svc") }
            #expect(await eventually { server.acceptedConnections == 1 })
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func tokenHeaderIsSent() async throws {
        let tokens = Counter()
        let server = try ScriptedServer { request in
            if request["X-Consul-Token"] == "hunter2" { tokens.add() }
            return ScriptedResponse(headers: [("X-Consul-Index", "5")], text: "[{}]")
        }
        defer { server.stop() }
        _ = try await withRegistry(at: server.url, token: "hunter2") { try await $0.lookUp("svc") }
        // The second request checks whether the token may read, because the result has no readable instance.
        #expect(tokens.value == 2)
    }

    /// An index of zero must not lead to a busy loop.
    @Test func unchangedIndexDoesNotBusyLoop() async throws {
        let requests = Counter()
        let server = try ScriptedServer { _ in
            requests.add()
            return ScriptedResponse(headers: [("X-Consul-Index", "0")], text: "[]")
        }
        defer { server.stop() }
        try await withRegistry(at: server.url) { registry in
            let watch = try registry.watch("svc")
            #expect(await eventually { requests.value >= 3 })
            #expect(await grows(byLessThan: 60, per: .milliseconds(500)) { requests.value })
            watch.cancel()
        }
    }

    /// An index that increases with every response must not lead to a busy loop, either.
    @Test func rapidlyIncreasingIndexDoesNotBusyLoop() async throws {
        let requests = Counter()
        let server = try ScriptedServer { _ in
            ScriptedResponse(headers: [("X-Consul-Index", "\(requests.add())")], text: "[]")
        }
        defer { server.stop() }
        try await withRegistry(at: server.url) { registry in
            let watch = try registry.watch("svc")
            #expect(await eventually { requests.value >= 60 })
            #expect(await grows(byLessThan: 30, per: .milliseconds(500)) { requests.value })
            watch.cancel()
        }
    }

    /// Consul closes connections beyond its limit without a response.
    @Test func refusedBlockingQueryIsReplacedByPolling() async throws {
        let ports = Counter()
        let server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                if request.target.contains("index=") { return }
                let instance =
                    #"{"Node":{"Address":"10.0.0.1"},"Service":{"ID":"a","Service":"svc","Port":\#(ports.add())},"Checks":[]}"#
                try connection.write(
                    ScriptedResponse(headers: [("X-Consul-Index", "\(ports.value)")], text: "[\(instance)]"))
            }
        }
        defer { server.stop() }
        try await withRegistry(at: server.url) { registry in
            let watch = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { watch.value?["svc"].first?.nodes.first?.port ?? 0 > 3 })
            #expect(watch.all.allSatisfy { if case .live = $0.freshness { true } else { false } })
            // With backoff.
            #expect(await grows(byLessThan: 30, per: .milliseconds(500)) { ports.value })
        }
    }

    @Test func lostConnectionNamesTheConnectionLimit() async throws {
        let server = try ScriptedServer { connection in _ = try connection.readRequest() }
        defer { server.stop() }
        try await withRegistry(at: server.url) { registry in
            let error = try await #require(throws: MicroError.self) { try await registry.lookUp("svc") }
            #expect(error.code == .unavailable && error.message.contains("http_max_conns_per_client"), "\(error)")
        }
    }

    /// The limit applies although the query may wait for more than a minute.
    @Test(arguments: ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nX-Consul-Index: 6\r\nContent-Length: 100000\r\n\r\n"])
    func responseOfBlockingQueryEndsWithinTheRequestTimeout(_ beginning: String) async throws {
        let server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                guard request.target.contains("index=") else {
                    try connection.write(ScriptedResponse(headers: [("X-Consul-Index", "5")], text: "[]"))
                    continue
                }
                // Each result that takes longer than 100 ms and is not newer doubles the wait of the next query.
                guard request.target.contains("wait=64000ms") else {
                    Thread.sleep(forTimeInterval: 0.15)
                    try connection.write(ScriptedResponse(headers: [("X-Consul-Index", "5")], text: "[]"))
                    continue
                }
                try connection.write(beginning)
                _ = connection.readToEnd()
                return
            }
        }
        defer { server.stop() }
        let configuration = makeConfiguration(server.url) {
            $0.timeout = .milliseconds(500)
            $0.watchRenewalInterval = .seconds(120)
        }
        try await withConsul(configuration) { registry async throws in
            let watch = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { watch.cause?.code == .deadlineExceeded })
        }
    }

    @Test func decreasingIndexIsReset() async throws {
        let targets = Mutex<[String]>([])
        let indexes = ["10", "5", "6"]
        let server = try ScriptedServer { request in
            guard request.target.hasPrefix("/v1/health") else { return ScriptedResponse(status: 404) }
            let count = targets.withLock { targets in
                targets.append(request.target)
                return targets.count
            }
            return ScriptedResponse(headers: [("X-Consul-Index", indexes[min(count, 3) - 1])], text: "[]")
        }
        defer { server.stop() }
        try await withRegistry(at: server.url) { registry in
            let watch = try registry.watch("svc")
            #expect(await eventually { targets.withLock { $0.count } >= 4 })
            watch.cancel()
        }
        let asked = targets.withLock { $0.prefix(4).map { $0.split(separator: "?").dropFirst().first ?? "" } }
        #expect(asked[0].isEmpty && asked[1].hasPrefix("index=10&") && asked[2].isEmpty)
        #expect(asked[3].hasPrefix("index=6&"))
    }

    /// As with `http_config.block_endpoints`, and behind proxies that support only the documented API.
    @Test(arguments: [(404, ""), (403, "Endpoint is blocked by agent configuration")])
    func blockedInternalQueryIsReplaced(_ status: Int, _ text: String) async throws {
        let server = try catalogServer(internalStatus: (status, text)) { _ in
            ScriptedResponse(headers: [("X-Consul-Index", "5")], text: "[]")
        }
        defer { server.stop() }
        try await withRegistry(at: server.url) { registry in
            let watch = RegistryStateRecorder(try registry.watch(nil))
            #expect(await eventually { watch.isLive })
        }
    }

    @Test func serviceRemovedBetweenListAndReadIsAbsent() async throws {
        let server = try catalogServer(health: { _ in ScriptedResponse(headers: [("X-Consul-Index", "5")], text: "[]") }
        )
        defer { server.stop() }
        try await withRegistry(at: server.url) { registry in
            let watch = try registry.watch(nil)
            for await state in watch {
                guard case .live = state.freshness else { continue }
                #expect(state.names.isEmpty)
                break
            }
        }
    }

    @Test func unreadableServiceMakesWatchOfAllUnknown() async throws {
        let server = try catalogServer(health: { name in
            ScriptedResponse(status: name == "b" ? 500 : 200, headers: [("X-Consul-Index", "5")], text: "[]")
        })
        defer { server.stop() }
        try await withRegistry(at: server.url) { registry in
            var watch = try registry.watch(nil).makeAsyncIterator()
            guard case .unknown(let cause) = await watch.next()?.freshness else {
                Issue.record("the state of a service that cannot be read must be unknown")
                return
            }
            #expect(cause.code == .unavailable)
        }
    }

    /// The service is read again even if nothing changes in Consul.
    @Test func failedServiceReadIsRetried() async throws {
        let failures = Counter()
        let server = try catalogServer(health: { name in
            let fails = name == "b" && failures.add() <= 2
            return ScriptedResponse(status: fails ? 500 : 200, headers: [("X-Consul-Index", "5")], text: "[]")
        })
        defer { server.stop() }
        try await withRegistry(at: server.url) { registry in
            let watch = RegistryStateRecorder(try registry.watch(nil))
            #expect(await eventually { watch.isLive })
            #expect(failures.value > 2)
        }
    }

    /// A server that lists `a` and `b`, and never ends blocking queries.
    private func catalogServer(
        internalStatus: (Int, String) = (200, "[]"), health: @escaping @Sendable (String) -> ScriptedResponse
    ) throws -> ScriptedServer {
        try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                if request.target.contains("index=") {
                    _ = connection.readToEnd()
                    return
                }
                let path = request.target.split(separator: "?")[0].split(separator: "/").map(String.init)
                switch (path[1], path.last) {
                case ("internal", _):
                    try connection.write(
                        ScriptedResponse(
                            status: internalStatus.0, headers: [("X-Consul-Index", "5")], text: internalStatus.1))
                case ("health", "any"):
                    try connection.write(ScriptedResponse(headers: [("X-Consul-Index", "5")], text: "[{},null,7]"))
                case ("health", let name):
                    try connection.write(health(name ?? ""))
                case ("catalog", _):
                    try connection.write(
                        ScriptedResponse(headers: [("X-Consul-Index", "5")], text: #"{"a":[],"b":null,"c d":["x"]}"#))
                default:
                    try connection.write(ScriptedResponse(status: 404))
                }
            }
        }
    }

    /// Since 1.11, Consul reports that it has removed elements from a result.
    @Test func filteredResponseIsAnError() async throws {
        let headers = [("X-Consul-Index", "5"), ("X-Consul-Results-Filtered-By-ACLs", "true")]
        let error = try await lookUpError(ScriptedResponse(headers: headers, text: "[]"), token: "hunter2")
        #expect(error.code == .permissionDenied)
        #expect(!"\(error)".contains("hunter2"))
    }

    @Test func invalidNamesAreRejectedWithoutRequest() async throws {
        let requests = Counter()
        let server = try ScriptedServer { _ in
            requests.add()
            return ScriptedResponse()
        }
        defer { server.stop() }
        try await withRegistry(at: server.url) { registry in
            for name in ["a/b", "..", "a b", "%2F", ""] {
                await #expect { try await registry.lookUp(name) } throws: { ($0 as? MicroError)?.code == .invalidName }
                #expect { try registry.watch(name) } throws: { ($0 as? MicroError)?.code == .invalidName }
            }
        }
        #expect(requests.value == 0)
    }

    @Test func operationsAfterCloseThrowClosed() async throws {
        let registry = try ConsulRegistry()
        await registry.close()
        await registry.close()
        await #expect { try await registry.lookUp("svc") } throws: { ($0 as? MicroError)?.code == .closed }
        #expect { try registry.watch("svc") } throws: { ($0 as? MicroError)?.code == .closed }
    }

    /// The token may read the service but not all nodes, so that only the list of services shows whether the service exists.
    @Test func unreadableListOfServicesIsNotAnEmptyResult() async throws {
        let server = try ScriptedServer { request in
            let text =
                if request.target.hasPrefix("/v1/internal/acl/authorize") {
                    #"[{"Allow":true},{"Allow":false}]"#
                } else {
                    request.target.hasPrefix("/v1/catalog/services") ? "<html>" : "[]"
                }
            return ScriptedResponse(headers: [("X-Consul-Index", "5")], text: text)
        }
        defer { server.stop() }
        try await withConsul(at: "127.0.0.1:\(server.port)") { (registry) async throws in
            let error = await #expect(throws: MicroError.self) { try await registry.lookUp("svc") }
            #expect(
                error?.message.contains("the list of services is not Consul's JSON") == true,
                "\(String(describing: error))")
        }
    }
}
