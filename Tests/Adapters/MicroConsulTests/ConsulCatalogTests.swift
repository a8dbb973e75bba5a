// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConsul
import MicroCore
import TestServers
import TestSupport
import Testing

/// Many watches, and watches of everything, on a real agent behind a relay that counts connections and requests.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(5))) struct ConsulCatalogTests {
    private let server: ConsulServer
    private let relay: HTTPRelay
    private let prefix = uniqueName("w")

    init() throws {
        server = try #require(ConsulServer.current)
        relay = try HTTPRelay(to: try #require(Int(server.address.split(separator: ":")[1])))
    }

    private func withWriter<Value>(_ body: (ConsulRegistry) async throws -> Value) async throws -> Value {
        try await withConsul(at: server.address) { try await body($0) }
    }

    /// The requests that read a single service, after the first ones.
    private func reads(since count: Int) -> [String] {
        relay.requests.dropFirst(count).filter { $0.contains("/v1/health/service/") && !$0.contains("index=") }
    }

    @Test func manyWatchesShareConnections() async throws {
        defer { relay.stop() }
        let names = (0..<500).map { "\(prefix)-\($0)" }
        try await withWriter { writer in
            for name in names { try await writer.register(record(name), timeToLive: .seconds(300)) }
            try await withConsul(at: relay.address) { registry in
                let watches = try names.map { ($0, RegistryStateRecorder(try registry.watch($0))) }
                #expect(
                    await eventually(within: .seconds(60)) {
                        watches.allSatisfy { $1.value?[$0] == [record($0)] }
                    })
                for name in names { try await writer.register(record(name, port: 81), timeToLive: .seconds(300)) }
                #expect(
                    await eventually(within: .seconds(60)) {
                        watches.allSatisfy { $1.value?[$0] == [record($0, port: 81)] }
                    })
                #expect(relay.maxOpenConnections <= 3, "\(relay.maxOpenConnections) connections")
            }
            for name in names { try await writer.deregister(record(name)) }
        }
    }

    @Test func watchOfAllReadsOnlyChangedServices() async throws {
        defer { relay.stop() }
        let names = (0..<40).map { "\(prefix)-\($0)" }
        try await withWriter { writer in
            for name in names { try await writer.register(record(name), timeToLive: .seconds(300)) }
            // After the interval, everything would be read again.
            let configuration = makeConfiguration(relay.address) { $0.watchRenewalInterval = .seconds(120) }
            try await withConsul(configuration) { registry async throws in
                let watch = RegistryStateRecorder(try registry.watch(nil))
                #expect(await eventually { watch.isLive && names.allSatisfy { watch.value?[$0] == [record($0)] } })
                // The last registration may have been read before its check was in the catalog; it is then read once
                // more.
                let before = await settledRequests()
                let started = ContinuousClock.now
                try await writer.register(record(names[7], port: 81), timeToLive: .seconds(300))
                #expect(await eventually { watch.value?[names[7]] == [record(names[7], port: 81)] })
                let latency = ContinuousClock.now - started
                _ = await settledRequests()
                let reads = reads(since: before)
                #expect(reads.count <= 2 && reads.allSatisfy { $0.hasSuffix(names[7]) }, "\(reads)")
                print("a port-only change: \(latency) to the watch, \(reads.count) reads")
            }
            for name in names { try await writer.deregister(record(name)) }
        }
    }

    /// The number of requests, once no more come.
    private func settledRequests() async -> Int {
        while true {
            let count = relay.requests.count
            if await always(during: .milliseconds(300), { relay.requests.count == count }) { return count }
        }
    }

    /// After changes of every kind, a watch has the same state as a lookup.
    @Test func watchConvergesToLookUp() async throws {
        defer { relay.stop() }
        func put(_ body: String) async throws {
            let response = try await server.request("/v1/agent/service/register", method: "PUT", body: body)
            #expect(response.status == 200)
        }
        let name = prefix
        try await withConsul(makeConfiguration(relay.address) { $0.watchRenewalInterval = .seconds(1) }) { registry in
            let watch = RegistryStateRecorder(try registry.watch(nil))
            func converges(_ step: Comment) async throws {
                #expect(
                    try await eventually {
                        let now = try await registry.lookUp(name)
                        return watch.isLive && watch.value?[name] == now
                    }, step)
            }
            func sees(_ step: Comment, _ condition: ([ServiceRecord]) -> Bool) async throws {
                #expect(await eventually { watch.isLive && condition(watch.value?[name] ?? []) }, step)
                try await converges(step)
            }
            #expect(await eventually { watch.isLive })
            // Foreign and without a check.
            try await put(#"{"Name":"\#(name)","ID":"\#(name)-f","Port":1,"Tags":["x"]}"#)
            try await sees("a foreign instance") { $0.flatMap(\.nodes).map(\.port) == [1] }
            try await put(#"{"Name":"\#(name)","ID":"\#(name)-f","Port":2,"Tags":["x"]}"#)
            try await sees("its port") { $0.flatMap(\.nodes).map(\.port) == [2] }
            _ = try await server.request("/v1/agent/service/deregister/\(name)-f", method: "PUT")
            try await sees("it is gone") { $0.isEmpty }
            // The adapter's instance, then an instance without a check that is otherwise identical.
            try await registry.register(record(name, node: "a"), timeToLive: .seconds(30))
            try await sees("ours") { $0.flatMap(\.nodes).count == 1 }
            try await registry.register(record(name, node: "b"), timeToLive: nil)
            try await sees("a second one without a check") { $0.flatMap(\.nodes).count == 2 }
            try await registry.register(record(name, node: "b", port: 90), timeToLive: nil)
            try await sees("its port") { $0.flatMap(\.nodes).contains { $0.port == 90 } }
            // The whole node enters maintenance mode and leaves it.
            _ = try await server.request("/v1/agent/maintenance?enable=true", method: "PUT")
            try await sees("maintenance of the node") { $0.isEmpty }
            _ = try await server.request("/v1/agent/maintenance?enable=false", method: "PUT")
            try await sees("its end") { $0.flatMap(\.nodes).count == 2 }
            _ = try await server.request("/v1/agent/service/maintenance/\(name)-a?enable=true", method: "PUT")
            try await sees("maintenance of an instance") { $0.flatMap(\.nodes).count == 1 }
            _ = try await server.request("/v1/agent/service/maintenance/\(name)-a?enable=false", method: "PUT")
            try await sees("its end") { $0.flatMap(\.nodes).count == 2 }
            // A node moves to another service, then expires there.
            try await registry.register(moved(to: name + "-x", from: name), timeToLive: .seconds(1))
            try await sees("it moved away") { $0.flatMap(\.nodes).map(\.id) == ["\(name)-b"] }
            #expect(await eventually { watch.value?[name + "-x"].isEmpty == false })
            // Consul 1.8 sometimes updates the catalog only with its periodic sync, a minute after a check has expired.
            #expect(await eventually(within: .seconds(100)) { watch.value?[name + "-x"].isEmpty == true })
            try await registry.deregister(moved(to: name + "-x", from: name))
            try await registry.deregister(record(name, node: "b"))
            try await sees("all gone") { $0.isEmpty }
        }
    }

    private func moved(to name: String, from old: String) -> ServiceRecord {
        ServiceRecord(name: name, version: "1", nodes: [Node(id: "\(old)-a", address: "10.0.0.1", port: 80)])
    }

    /// A watch of some services does not read the others.
    @Test func onlyWatchedServicesAreRead() async throws {
        defer { relay.stop() }
        let names = (0..<60).map { "\(prefix)-\($0)" }
        try await withWriter { writer in
            for name in names { try await writer.register(record(name), timeToLive: .seconds(300)) }
            try await withConsul(at: relay.address) { registry in
                let watched = names.prefix(20)
                let watches = try watched.map { ($0, RegistryStateRecorder(try registry.watch($0))) }
                #expect(await eventually { watches.allSatisfy { $1.value?[$0] == [record($0)] } })
                #expect(reads(since: 0).allSatisfy { read in watched.contains { read.hasSuffix("/" + $0) } })
                // Watches that are added later receive the current state as well.
                let late = RegistryStateRecorder(try registry.watch(names[30]))
                #expect(await eventually { late.value?[names[30]] == [record(names[30])] })
                let all = RegistryStateRecorder(try registry.watch(nil))
                #expect(await eventually { names.allSatisfy { all.value?[$0] == [record($0)] } })
            }
            for name in names { try await writer.deregister(record(name)) }
        }
    }

    @Test(.requiresLocalConsul) func restartedAgentIsReadAgain() async throws {
        defer { relay.stop() }
        let names = (0..<20).map { "\(prefix)-\($0)" }
        try await withWriter { writer in
            for name in names { try await writer.register(record(name), timeToLive: .seconds(300)) }
            try await withConsul(at: server.address) { registry in
                let (all, one) = (
                    RegistryStateRecorder(try registry.watch(nil)), RegistryStateRecorder(try registry.watch(names[0]))
                )
                #expect(await eventually { names.allSatisfy { all.value?[$0] == [record($0)] } })
                #expect(await eventually { one.value?[names[0]] == [record(names[0])] })
                await server.kill()
                #expect(await eventually { !all.isLive && !one.isLive })
                #expect(all.value?[names[3]] == [record(names[3])])
                try await server.start()
                // The same IDs and indexes as before, with another port.
                for name in names { try await writer.register(record(name, port: 82), timeToLive: .seconds(300)) }
                #expect(
                    await eventually(within: .seconds(20)) {
                        all.isLive && names.allSatisfy { all.value?[$0] == [record($0, port: 82)] }
                    })
                #expect(await eventually { one.isLive && one.value?[names[0]] == [record(names[0], port: 82)] })
            }
            for name in names { try await writer.deregister(record(name)) }
        }
    }

    @Test func cancelledWatchesCloseConnections() async throws {
        defer { relay.stop() }
        try await withConsul(at: relay.address) { registry in
            for round in 0..<10 {
                let watches = try (0..<40).map { try registry.watch("\(prefix)-\(round)-\($0)") }
                for watch in watches {
                    var iterator = watch.makeAsyncIterator()
                    #expect(await iterator.next() != nil)
                }
                for watch in watches { watch.cancel() }
            }
            #expect(relay.maxOpenConnections <= 8, "\(relay.maxOpenConnections) connections")
        }
        #expect(await eventually { relay.openConnections == 0 })
    }
}
