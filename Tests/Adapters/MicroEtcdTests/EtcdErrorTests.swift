// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEtcd
import Synchronization
import TestServers
import TestSupport
import Testing

/// Error responses and malformed responses: each is a typed error, and never read as an empty result.
@Suite(.timeLimit(.minutes(1))) struct EtcdErrorTests {
    private func lookUpError(_ response: ScriptedResponse) async throws -> MicroError {
        let server = try ScriptedEtcd({ _ in response })
        defer { server.stop() }
        return try await withEtcd(at: server.url) { registry in
            try await #require(throws: MicroError.self) { try await registry.lookUp("svc") }
        }
    }

    @Test(arguments: [
        (400, 3, "etcdserver: user name is empty", MicroError.Code.unauthenticated),
        (400, 3, "etcdserver: authentication failed, invalid user ID or password", .unauthenticated),
        (401, 16, "etcdserver: invalid auth token", .unauthenticated),
        (403, 7, "etcdserver: permission denied", .permissionDenied),
        (400, 3, "etcdserver: request is too large", .payloadTooLarge),
        (429, 8, "grpc: received message larger than max (3600008 vs. 2097152)", .payloadTooLarge),
        (429, 8, "etcdserver: too many requests", .resourceExhausted),
        (400, 3, "etcdserver: duplicate key given in txn request", .invalidArgument),
        (503, 14, "etcdserver: no leader", .unavailable), (500, 2, "context deadline exceeded", .unavailable),
        (504, 4, "etcdserver: request timed out", .unavailable), (500, 13, "panic", .unavailable),
    ])
    func grpcErrorsMapToErrors(_ status: Int, _ fault: Int, _ message: String, _ code: MicroError.Code) async throws {
        let error = try await lookUpError(ScriptedEtcd.failure(status, fault, message))
        #expect(error.code == code)
        #expect(error.message.contains("127.0.0.1") && error.message.contains(message))
    }

    @Test(arguments: [
        (401, MicroError.Code.unauthenticated), (403, .permissionDenied), (413, .payloadTooLarge),
        (429, .resourceExhausted), (502, .unavailable), (503, .unavailable), (404, .internal), (302, .internal),
        (204, .internal), (400, .internal),
    ])
    func nonEtcdStatusCodesMapToErrors(_ status: Int, _ code: MicroError.Code) async throws {
        let error = try await lookUpError(ScriptedResponse(status: status, text: "<html>no etcd</html>"))
        #expect(error.code == code)
        #expect(error.message.contains("127.0.0.1"))
    }

    @Test func missingGatewayIsExplained() async throws {
        let error = try await lookUpError(ScriptedResponse(status: 404, text: "404 page not found"))
        #expect(error.message.contains("enable-grpc-gateway: true"))
    }

    @Test(arguments: [
        "", "[", "[]", "{}", "null", "<html>", "\u{0}", #"{"kvs":[]}"#, "{\(ScriptedEtcd.header)",
        "{\(ScriptedEtcd.header),\"kvs\":7}", "{\(ScriptedEtcd.header),\"kvs\":[{\"key\":\"%\"}]}",
        "{\(ScriptedEtcd.header),\"more\":true}", #"{"header":{"cluster_id":"17","revision":"-1"}}"#,
        #"{"header":{"cluster_id":"17","revision":"9223372036854775807"}}"#,
    ])
    func malformedBodyIsAnError(_ body: String) async throws {
        let error = try await lookUpError(ScriptedResponse(text: body))
        #expect(error.code == .internal && error.message.contains("MICRO_REGISTRY_ADDRESS"))
    }

    @Test func refusedConnectionIsUnavailable() async throws {
        let server = try ScriptedEtcd()
        server.stop()
        try await withEtcd(at: server.url) { registry in
            let error = try await #require(throws: MicroError.self) { try await registry.list() }
            #expect(error.code == .unavailable && error.message.hasPrefix("cannot reach etcd at \(server.url)"))
            var watch = try registry.watch("svc").makeAsyncIterator()
            guard case .unknown(let cause) = await watch.next()?.freshness else {
                Issue.record("the state of an unreachable etcd must be unknown")
                return
            }
            #expect(cause.code == .unavailable)
        }
    }

    @Test func unresponsiveServerTimesOutAndCancelsPromptly() async throws {
        let server = try ScriptedServer { connection in _ = connection.readToEnd() }
        defer { server.stop() }
        try await withEtcd(makeConfiguration(server.url) { $0.timeout = .milliseconds(300) }) { registry async throws in
            #expect(await errorCode { _ = try await registry.lookUp("svc") } == .deadlineExceeded)
            #expect(
                await errorCode { try await registry.register(record("svc"), timeToLive: nil) } == .deadlineExceeded)
        }
        try await withEtcd(makeConfiguration(server.url) { $0.timeout = .seconds(50) }) { registry async throws in
            let before = server.acceptedConnections
            let task = Task { try await registry.lookUp("svc") }
            #expect(await eventually { server.acceptedConnections > before })
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func failoverOnlyForMemberErrors() async throws {
        let good = try ScriptedEtcd()
        defer { good.stop() }
        for (fault, helps) in [
            (ScriptedEtcd.failure(503, 14, "etcdserver: no leader"), true),
            (ScriptedEtcd.failure(403, 7, "etcdserver: permission denied"), false),
        ] {
            let bad = try ScriptedEtcd({ _ in fault }, watch: { connection, _ in try connection.write(fault) })
            defer { bad.stop() }
            let before = good.requests("/v3/kv/range").count
            try await withEtcd(at: "\(bad.url),\(good.url)") { registry in
                #expect(await errorCode { _ = try await registry.lookUp("svc") } == (helps ? nil : .permissionDenied))
                let latest = RegistryStateRecorder(try registry.watch("svc"))
                #expect(await eventually { helps ? latest.isLive : latest.cause?.code == .permissionDenied })
            }
            #expect((good.requests("/v3/kv/range").count > before) == helps)
            // The member that failed is no longer tried first.
            #expect(bad.requests("/v3/kv/range").count == (helps ? 1 : 2))
        }
    }

    @Test func invalidNamesAreRejectedWithoutRequest() async throws {
        let server = try ScriptedEtcd()
        defer { server.stop() }
        try await withEtcd(at: server.url) { registry in
            for name in ["a/b", "..", "a b", "%2F", ""] {
                #expect(await errorCode { _ = try await registry.lookUp(name) } == .invalidName)
                #expect(
                    await errorCode { try await registry.register(record(name), timeToLive: nil) } == .invalidName)
                #expect { try registry.watch(name) } throws: { ($0 as? MicroError)?.code == .invalidName }
            }
        }
        #expect(server.requests("/v3/kv/range").isEmpty && server.requests("/v3/kv/txn").isEmpty)
    }

    @Test func operationsAfterCloseThrowClosed() async throws {
        let registry = try EtcdRegistry()
        await registry.close()
        await registry.close()
        #expect(await errorCode { _ = try await registry.lookUp("svc") } == .closed)
        #expect(await errorCode { try await registry.register(record("svc"), timeToLive: nil) } == .closed)
        #expect { try registry.watch("svc") } throws: { ($0 as? MicroError)?.code == .closed }
    }

    // MARK: Logins

    @Test func concurrentRequestsShareLoginAndRenewal() async throws {
        let valid = Mutex("t1")
        let server = try ScriptedEtcd { request in
            let token = valid.withLock { $0 }
            if request.target == "/v3/auth/authenticate" {
                return ScriptedResponse(text: #"{\#(ScriptedEtcd.header),"token":"\#(token)"}"#)
            }
            return request["Authorization"] == token
                ? nil : ScriptedEtcd.failure(401, 16, "etcdserver: invalid auth token")
        }
        defer { server.stop() }
        let configuration = makeConfiguration(server.url) {
            $0.user = "root"
            $0.password = Secret("hunter2")
        }
        try await withEtcd(configuration) { registry in
            func refreshAll() async throws {
                try await withThrowingTaskGroup { group in
                    for number in 0..<200 {
                        group.addTask {
                            try await registry.register(record("svc", node: "\(number)"), timeToLive: .seconds(30))
                        }
                    }
                    try await group.waitForAll()
                }
            }
            try await refreshAll()
            #expect(server.requests("/v3/auth/authenticate").count == 1)
            valid.withLock { $0 = "t2" }
            try await refreshAll()
            #expect(server.requests("/v3/auth/authenticate").count == 2)
        }
    }

    @Test func rejectedTokenIsRenewedOnce() async throws {
        let server = try ScriptedEtcd { request in
            request.target == "/v3/auth/authenticate"
                ? ScriptedResponse(text: #"{\#(ScriptedEtcd.header),"token":"t"}"#)
                : ScriptedEtcd.failure(401, 16, "etcdserver: invalid auth token")
        }
        defer { server.stop() }
        let configuration = makeConfiguration(server.url) {
            $0.user = "root"
            $0.password = Secret("hunter2")
        }
        try await withEtcd(configuration) { registry in
            #expect(await errorCode { _ = try await registry.lookUp("svc") } == .unauthenticated)
        }
        #expect(server.requests("/v3/auth/authenticate").count == 2 && server.requests("/v3/kv/range").count == 2)
    }

    @Test func concurrentRequestsShareRejectedLogin() async throws {
        let server = try ScriptedEtcd { _ in
            ScriptedEtcd.failure(400, 3, "etcdserver: authentication failed, invalid user ID or password")
        }
        defer { server.stop() }
        let configuration = makeConfiguration(server.url) {
            $0.user = "root"
            $0.password = Secret("hunter2")
        }
        let log = LogRecorder()
        try await withEtcd(configuration, log: log) { registry in
            let messages = await withTaskGroup { group in
                for _ in 0..<100 {
                    group.addTask {
                        do { return "\(try await registry.lookUp("svc"))" } catch { return "\(error)" }
                    }
                }
                return await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(messages.count == 1 && messages.allSatisfy { $0.hasPrefix("unauthenticated") })
            #expect(messages.allSatisfy { !$0.contains("hunter2") && $0.contains("ETCDCTL_USER") })
            #expect(!log.has("hunter2"))
        }
        // Fewer logins than requests: a request that starts after the first login has ended may log in again.
        #expect(server.requests("/v3/auth/authenticate").count < 50)
    }

    @Test func credentialsAreIgnoredWhenAuthenticationIsDisabled() async throws {
        let isOn = Mutex(false)
        let server = try ScriptedEtcd { request in
            let isOn = isOn.withLock { $0 }
            if request.target == "/v3/auth/authenticate" {
                return isOn
                    ? ScriptedResponse(text: #"{\#(ScriptedEtcd.header),"token":"t"}"#)
                    : ScriptedEtcd.failure(412, 9, "etcdserver: authentication is not enabled")
            }
            guard (request["Authorization"] == "t") == isOn else {
                return ScriptedEtcd.failure(400, 3, "etcdserver: user name is empty")
            }
            return nil
        }
        defer { server.stop() }
        let configuration = makeConfiguration(server.url) {
            $0.user = "root"
            $0.password = Secret("hunter2")
        }
        try await withEtcd(configuration) { registry async throws in
            #expect(try await registry.lookUp("svc").isEmpty)
            // Authentication that is enabled later is noticed.
            isOn.withLock { $0 = true }
            #expect(try await registry.lookUp("svc").isEmpty)
        }
    }

    // MARK: Leases

    @Test func expiredLeaseIsGrantedAgain() async throws {
        let transactions = Counter()
        let server = try ScriptedEtcd { request in
            request.target == "/v3/kv/txn" && transactions.add() == 1
                ? ScriptedEtcd.failure(404, 5, "etcdserver: requested lease not found") : nil
        }
        defer { server.stop() }
        try await withEtcd(at: server.url) { registry async throws in
            #expect(try await registry.register(record("svc"), timeToLive: .seconds(30)).created)
        }
        #expect(server.requests("/v3/lease/grant").count == 2)
    }

    /// Another member has the same leases. Here, it cannot even be reached.
    @Test func missingLeaseCausesNoFailover() async throws {
        let server = try ScriptedEtcd { request in
            request.target == "/v3/lease/revoke"
                ? ScriptedEtcd.failure(404, 5, "etcdserver: requested lease not found") : nil
        }
        defer { server.stop() }
        let lost = try ScriptedEtcd()
        lost.stop()
        try await withEtcd(at: "\(server.url),\(lost.url)") { registry async throws in
            try await registry.register(record("svc"), timeToLive: .seconds(30))
            try await registry.deregister(record("svc"))
        }
        #expect(server.requests("/v3/lease/revoke").count == 1)
    }

    @Test func oversizedRecordIsPayloadTooLarge() async throws {
        let server = try ScriptedEtcd { request in
            request.target == "/v3/kv/txn" ? ScriptedEtcd.failure(400, 3, "etcdserver: request is too large") : nil
        }
        defer { server.stop() }
        try await withEtcd(at: server.url) { registry in
            let code = await errorCode { try await registry.register(record("svc"), timeToLive: .seconds(30)) }
            #expect(code == .payloadTooLarge)
        }
    }
}
