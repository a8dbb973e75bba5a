// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import MicroEtcd
import TestServers
import TestSupport
import Testing

/// The registry on a real etcd.
@Suite(.requiresEtcd, .etcd, .serialized, .timeLimit(.minutes(3))) struct EtcdLiveTests {
    private let server: EtcdServer
    /// Unique for each test, so that tests do not see each other's services.
    private let name = uniqueName()

    init() throws { server = try #require(EtcdServer.current) }

    private func record(_ version: String = "1.0.0", node: String = "a", port: Int? = 80) -> ServiceRecord {
        ServiceRecord(
            name: name, version: version, metadata: ["owner": "team ü"],
            endpoints: [Endpoint(name: "Greeter.Hello", request: ValueShape(name: "r", type: "R"))],
            nodes: [Node(id: "\(name)-\(node)", address: "10.0.0.1", port: port, metadata: ["region": "eu"])])
    }

    private func key(_ node: String = "a", of service: String? = nil) -> String {
        "/micro/registry/\(service ?? name)/\(name)-\(node)"
    }

    @Test func registeredServiceIsImmediatelyVisible() async throws {
        try await withEtcd(at: server.address) { one in
            try await withEtcd(at: server.address) { other in
                let outcome = try await one.register(record(), timeToLive: .seconds(30))
                #expect(outcome == RegisterOutcome(timeToLive: .seconds(30), created: true))
                #expect(try await other.lookUp(name) == [record()])
                #expect(try await other.list().count { $0 == name } == 1)
                try await other.deregister(record())
                #expect(try await one.lookUp(name).isEmpty)
                #expect(try await !one.list().contains(name))
                // Its heartbeat registers it again, and reports that.
                #expect(try await one.register(record(), timeToLive: .seconds(30)).created)
                #expect(try await other.lookUp(name) == [record()])
                try await one.deregister(record())
            }
        }
    }

    @Test func versionsAreGroupedAndNodeCanChangeVersion() async throws {
        try await withEtcd(at: server.address) { registry in
            try await registry.register(record("1", node: "a"), timeToLive: .seconds(30))
            try await registry.register(record("2", node: "b"), timeToLive: .seconds(30))
            #expect(try await registry.lookUp(name).map(\.version) == ["1", "2"])
            let moved = try await registry.register(record("2", node: "a"), timeToLive: .seconds(30))
            #expect(!moved.created)
            let records = try await registry.lookUp(name)
            #expect(records.map(\.version) == ["2"] && records[0].nodes.count == 2)
            // Moved to another service: the node belongs to one service at any time.
            var elsewhere = record("2", node: "a")
            elsewhere.name = name + "-b"
            #expect(try await registry.register(elsewhere, timeToLive: .seconds(30)).created)
            #expect(try await registry.lookUp(name) == [record("2", node: "b")])
            #expect(try await registry.lookUp(elsewhere.name) == [elsewhere])
            for record in [elsewhere, record("2", node: "b")] { try await registry.deregister(record) }
            #expect(try await registry.list().allSatisfy { !$0.hasPrefix(name) })
        }
    }

    @Test func heartbeatDoesNotChangeRevision() async throws {
        try await withEtcd(at: server.address) { registry in
            for timeToLive in [Duration.seconds(30), nil] {
                try await registry.register(record(port: nil), timeToLive: timeToLive)
                let before = try await revision()
                let again = try await registry.register(record(port: nil), timeToLive: timeToLive)
                #expect(again == RegisterOutcome(timeToLive: timeToLive, created: false))
                #expect(try await revision() == before)
                #expect(try await registry.lookUp(name) == [record(port: nil)])
            }
            try await registry.deregister(record())
        }
    }

    @Test func heartbeatRestoresLostKeyAndLease() async throws {
        try await withEtcd(at: server.address) { registry in
            for timeToLive in [Duration.seconds(30), nil] {
                try await registry.register(record(), timeToLive: timeToLive)
                try await server.delete(key())
                #expect(try await registry.register(record(), timeToLive: timeToLive).created)
                #expect(try await registry.lookUp(name) == [record()])
                #expect(try await !registry.register(record(), timeToLive: timeToLive).created)
            }
            try await registry.register(record(), timeToLive: .seconds(30))
            try await server.revokeLeases()
            #expect(try await registry.lookUp(name).isEmpty)
            #expect(try await registry.register(record(), timeToLive: .seconds(30)).created)
            #expect(try await registry.lookUp(name) == [record()])
            // A key that another client has overwritten is restored, and was not lost.
            try await server.put(key(), "{}")
            #expect(try await !registry.register(record(), timeToLive: .seconds(30)).created)
            #expect(try await registry.lookUp(name) == [record()])
            try await registry.deregister(record())
        }
    }

    @Test func deregisterRevokesAllLeases() async throws {
        let before = try await server.leases()
        try await withEtcd(at: server.address) { registry in
            var many = record()
            many.nodes += [Node(id: "\(name)-b", address: "10.0.0.2"), Node(id: "\(name)-c", address: "10.0.0.3")]
            try await registry.register(many, timeToLive: .seconds(30))
            #expect(try await server.leases() == before + 3)
            // Another time to live requires another lease; the old one is revoked.
            #expect(try await registry.register(many, timeToLive: .seconds(40)).timeToLive == .seconds(40))
            try await registry.register(many, timeToLive: .seconds(40))
            #expect(try await server.leases() == before + 3)
            #expect(try await registry.lookUp(name)[0].nodes.count == 3)
            try await registry.register(many, timeToLive: nil)
            #expect(try await server.leases() == before)
            try await registry.register(many, timeToLive: .seconds(30))
            try await registry.deregister(many)
            #expect(try await server.leases() == before)
            #expect(try await registry.lookUp(name).isEmpty)
        }
    }

    @Test func deregisterRemovesInterruptedRegistration() async throws {
        let before = try await server.leases()
        try await withEtcd(at: server.address) { registry in
            for round in 0..<30 {
                let task = Task { try await registry.register(record(), timeToLive: .seconds(600)) }
                try await Task.sleep(for: .microseconds(200 * round))
                task.cancel()
                _ = await task.result
                try await registry.deregister(record())
                #expect(try await registry.lookUp(name).isEmpty)
            }
            // An interrupted request may still grant a lease, but not store a key.
            #expect(try await eventually { try await server.leases() <= before })
            #expect(try await registry.lookUp(name).isEmpty)
        }
    }

    @Test func watchDeliversCurrentStateThenChanges() async throws {
        try await withEtcd(at: server.address) { registry in
            var watch = try registry.watch(name).makeAsyncIterator()
            let first = await watch.next()
            guard case .live = first?.freshness else {
                Issue.record("not live: \(String(describing: first))")
                return
            }
            #expect(first?[name] == [])
            try await registry.register(record(), timeToLive: .seconds(30))
            #expect(await watch.next()?[name] == [record()])
            try await registry.register(record(port: 81), timeToLive: .seconds(30))
            #expect(await watch.next()?[name] == [record(port: 81)])
            try await registry.deregister(record())
            #expect(await watch.next()?[name] == [])
            await registry.close()
            #expect(await watch.next() == nil)
        }
    }

    @Test func watchOfAllIncludesOnlyItsNamespace() async throws {
        let namespaced = makeConfiguration(server.address) { $0.namespace = name }
        try await withEtcd(at: server.address) { registry in
            try await withEtcd(namespaced) { apart in
                let (all, own) = (
                    RegistryStateRecorder(try registry.watch(nil)), RegistryStateRecorder(try apart.watch(nil))
                )
                try await registry.register(record(), timeToLive: .seconds(30))
                var other = record(node: "b")
                other.name = "other-\(name)"
                try await apart.register(other, timeToLive: .seconds(30))
                #expect(await eventually { all.value?[name] == [record()] })
                #expect(await eventually { own.value?[other.name] == [other] })
                #expect(
                    await always(during: .milliseconds(200)) { own.value?[name] == [] && all.value?[other.name] == [] })
                #expect(try await apart.list() == [other.name])
                #expect(try await registry.lookUp(other.name).isEmpty)
                try await registry.deregister(record())
                try await apart.deregister(other)
            }
        }
    }

    @Test func expiredNodeIsRemovedAndReported() async throws {
        try await withEtcd(at: server.address) { registry in
            let watch = try registry.watch(name)
            // etcd grants at least two seconds.
            #expect(try await registry.register(record(), timeToLive: .milliseconds(10)).timeToLive == .seconds(2))
            var wasThere = false
            for await state in watch {
                if wasThere, state[name].isEmpty { break }
                wasThere = wasThere || !state[name].isEmpty
            }
            #expect(try await registry.lookUp(name).isEmpty)
        }
    }

    @Test func multipleEventsInOneMessageAreApplied() async throws {
        try await withEtcd(at: server.address) { registry in
            let latest = RegistryStateRecorder(try registry.watch(name))
            #expect(await eventually { latest.isLive })
            let steps = (0..<50).map { number in
                let node = "\(name)-n\(number)"
                let value =
                    #"{"name":"\#(name)","version":"1","nodes":[{"id":"\#(node)","address":"10.0.0.1","port":80}]}"#
                return #"{"request_put":{"key":"\#(base64(key("n\(number)")))","value":"\#(base64(value))"}}"#
            }
            _ = try await server.request("/v3/kv/txn", #"{"success":[\#(steps.joined(separator: ","))]}"#)
            #expect(await eventually { latest.value?[name].first?.nodes.count == 50 })
            _ = try await server.request(
                "/v3/kv/deleterange",
                #"{"key":"\#(base64("/micro/registry/\(name)/"))","range_end":"\#(base64("/micro/registry/\(name)0"))"}"#
            )
            #expect(await eventually { latest.value?[name] == [] })
            #expect(latest.all.allSatisfy { [0, 50].contains($0[name].first?.nodes.count ?? 0) })
        }
    }

    @Test func similarPrefixesAndForeignKeysAreIgnored() async throws {
        try await withEtcd(at: server.address) { registry in
            let watch = RegistryStateRecorder(try registry.watch(name))
            try await registry.register(record(), timeToLive: .seconds(30))
            let log = LogRecorder()
            for (key, value) in [
                ("/micro/registry/\(name)-b/x", #"{"name":"\#(name)-b","nodes":[{"id":"x","address":"h","port":1}]}"#),
                (key("text"), "no JSON"), (key("empty"), ""), (key("version 9"), #"{"name":["\#(name)"]}"#),
                // go-micro's key for a service with a slash in its name.
                (key("slash"), #"{"name":"svc/x","nodes":[{"id":"\#(name)-slash","address":"h","port":1}]}"#),
                (key("deep") + "/er", #"{"name":"\#(name)","nodes":[{"id":"er","address":"h","port":1}]}"#),
                ("/micro/registry/", "x"), (key("other"), #"{"name":"\#(name)","nodes":[{"id":"y","address":"h"}]}"#),
            ] { try await server.put(key, value) }
            try await withEtcd(makeConfiguration(server.address), log: log) { reader async throws in
                #expect(try await reader.lookUp(name) == [record()])
                let all = RegistryStateRecorder(try reader.watch(nil))
                #expect(await eventually { all.value?[name] == [record()] })
            }
            #expect(log.has("record skipped", name))
            #expect(await eventually { watch.value?[name] == [record()] })
            _ = try await server.request(
                "/v3/kv/deleterange",
                #"{"key":"\#(base64("/micro/registry/"))","range_end":"\#(base64("/micro/registry0"))"}"#)
            #expect(await eventually { watch.value?[name] == [] })
        }
    }

    @Test func listIsPaginated() async throws {
        try await withEtcd(makeConfiguration(server.address) { $0.prefix = "/pages-\(name)/" }) { registry in
            for page in 0..<10 {
                let steps = (0..<120).map { number in
                    let node = "n\(page)-\(number)"
                    let value = #"{"name":"s\#(page)","nodes":[{"id":"\#(node)","address":"10.0.0.1","port":80}]}"#
                    let key = "/pages-\(name)/s\(page)/\(node)"
                    return #"{"request_put":{"key":"\#(base64(key))","value":"\#(base64(value))"}}"#
                }
                let response = try await server.request(
                    "/v3/kv/txn", #"{"success":[\#(steps.joined(separator: ","))]}"#)
                #expect(response.status == 200)
            }
            #expect(try await registry.list() == (0..<10).map { "s\($0)" })
            let all = RegistryStateRecorder(try registry.watch(nil))
            #expect(await eventually { all.isLive })
            #expect(all.value?.names.count == 10)
            #expect((0..<10).allSatisfy { all.value?["s\($0)"].first?.nodes.count == 120 })
        }
        // A limit below the size of all keys, and one below the size of all records.
        for (largest, lists) in [(50_000, false), (235_000, true)] {
            let limited = makeConfiguration(server.address) {
                $0.prefix = "/pages-\(name)/"
                $0.maxResponseSize = largest
            }
            try await withEtcd(limited) { registry in
                #expect(await errorCode { _ = try await registry.list() } == (lists ? nil : .internal))
                var watch = try registry.watch(nil).makeAsyncIterator()
                guard case .unknown(let cause) = await watch.next()?.freshness else {
                    Issue.record("the state of records beyond the limit must be unknown")
                    return
                }
                #expect(cause.code == .internal)
            }
        }
    }

    @Test func serializableReadsDoNotClaimLinearizability() async throws {
        try await withEtcd(makeConfiguration(server.address) { $0.consistency = .serializable }) { registry in
            #expect(registry.capabilities == [.foreignDeregistration, .goMicroRecords])
            try await registry.register(record(), timeToLive: .seconds(30))
            #expect(try await eventually { try await registry.lookUp(name) == [record()] })
            try await registry.deregister(record())
        }
    }

    @Test func watchRenewalLosesNoChanges() async throws {
        let relay = try HTTPRelay(to: try #require(server.address.split(separator: ":").last.flatMap { Int($0) }))
        defer { relay.stop() }
        try await withEtcd(makeConfiguration(relay.address) { $0.watchRenewalInterval = .milliseconds(50) }) {
            registry in
            let latest = RegistryStateRecorder(try registry.watch(name))
            #expect(await eventually { relay.requests.count { $0.hasSuffix("/v3/watch") } > 5 })
            for port in 1...60 { try await registry.register(record(port: port), timeToLive: .seconds(30)) }
            #expect(await eventually { latest.value?[name] == [record(port: 60)] })
            let ports = latest.all.compactMap { $0[name].first?.nodes.first?.port }
            #expect(ports == ports.sorted())
            #expect(latest.all.allSatisfy { if case .live = $0.freshness { true } else { false } })
            // The current entries were read once.
            #expect(relay.requests.count { $0.hasSuffix("/v3/kv/range") } == 1)
            try await registry.deregister(record())
        }
    }

    @Test func canceledWatchClosesConnection() async throws {
        let relay = try HTTPRelay(to: try #require(server.address.split(separator: ":").last.flatMap { Int($0) }))
        defer { relay.stop() }
        try await withEtcd(at: relay.address) { registry in
            var watches = try (0..<8).map { try registry.watch("\(name)-\($0)") }
            for watch in watches {
                var iterator = watch.makeAsyncIterator()
                #expect(await iterator.next() != nil)
            }
            let open = relay.openConnections
            #expect(open >= 8)
            for watch in watches { watch.cancel() }
            watches = []
            #expect(await eventually { relay.openConnections <= open - 8 })
        }
    }

    private func revision() async throws -> Int {
        struct Response: Decodable {
            struct Header: Decodable { let revision: String }
            let header: Header
        }
        let text = try await server.request("/v3/kv/range", #"{"key":"AA==","count_only":true}"#).text
        return try #require(Int(JSONDecoder().decode(Response.self, from: Data(text.utf8)).header.revision))
    }
}
