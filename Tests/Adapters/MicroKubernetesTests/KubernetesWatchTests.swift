// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroKubernetes

@Suite(.timeLimit(.minutes(1))) struct KubernetesWatchTests {
    private let node = record("svc", node: "a")
    private let other = record("svc", node: "b")

    private var both: [ServiceRecord] {
        var both = node
        both.nodes += other.nodes
        return [both]
    }

    private func isStale(_ recorder: RegistryStateRecorder) -> Bool {
        if case .stale = recorder.value?.freshness { true } else { false }
    }

    @Test func eventsChangeTheState() async throws {
        let (first, second) = (try Lease.of(node, version: 5), try Lease.of(other, version: 11))
        let server = try ScriptedKubernetes {
            $0.isList ? .list([first]) : nil
        } watch: { connection, _ in
            try connection.beginWatch([second.event("ADDED"), Lease.bookmark(12)])
            try connection.writeWatch([first.event("DELETED")])
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await server.withRegistry { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.value?["svc"] == [other] })
            #expect(recorder.isLive)
        }
        #expect(server.watches.first?.target.contains("resourceVersion=10&allowWatchBookmarks=true") == true)
    }

    /// An expired history is not an outage as long as the Leases can be listed.
    @Test func expiredVersionLeadsToAnotherList() async throws {
        let (first, second) = (try Lease.of(node, version: 5), try Lease.of(other, version: 11))
        let count = Counter()
        let server = try ScriptedKubernetes {
            guard $0.isList else { return nil }
            return count.add() == 1 ? .list([first]) : .list([first, second], version: "20")
        } watch: { connection, number in
            try connection.beginWatch(number == 1 ? [Lease.expired] : [])
            if number > 1 { _ = connection.readToEnd() }
        }
        defer { server.stop() }
        try await server.withRegistry { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.value?["svc"] == both })
            #expect(recorder.all.allSatisfy { if case .live = $0.freshness { true } else { false } })
        }
        #expect(server.watches.last?.target.contains("resourceVersion=20&") == true)
    }

    @Test func watchThatEndsAtOnceCausesFewRequestsAndStaysRight() async throws {
        let (first, second) = (try Lease.of(node, version: 5), try Lease.of(other, version: 11))
        let isChanged = Mutex(false)
        let server = try ScriptedKubernetes {
            $0.isList ? .list(isChanged.withLock(\.self) ? [first, second] : [first]) : nil
        } watch: { connection, _ in
            try connection.beginWatch()
            try connection.endWatch()
        }
        defer { server.stop() }
        try await server.withRegistry { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.value?["svc"] == [node] })
            let (started, before) = (ContinuousClock.now, server.requests.count)
            isChanged.withLock { $0 = true }
            #expect(await eventually(within: .seconds(10)) { recorder.value?["svc"] == both })
            _ = await eventually(within: .seconds(3)) { false }
            let seconds = (ContinuousClock.now - started) / .seconds(1)
            #expect(Double(server.requests.count - before) < 6 + 8 * seconds)
        }
    }

    /// A server that has lost its data sends no events until it reaches the requested version. A server on which
    /// nothing has changed sends nothing, either.
    @Test(arguments: [("9", 2), ("10", 1), ("11", 1), ("opaque", 2)])
    func watchThatWasSilentIsContinuedIfTheServerHasReachedItsVersion(_ version: String, _ lists: Int) async throws {
        let first = try Lease.of(node, version: 5)
        let server = try ScriptedKubernetes {
            if $0.isVersionQuery { return .list([], version: version) }
            return $0.isList ? .list([first]) : nil
        } watch: { connection, number in
            try connection.beginWatch()
            guard number == 1 else {
                _ = connection.readToEnd()
                return
            }
            Thread.sleep(forTimeInterval: 1.2)
            try connection.endWatch()
        }
        defer { server.stop() }
        try await server.withRegistry { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { server.watches.count == 2 })
            #expect(server.lists.count == lists)
            #expect(recorder.value?["svc"] == [node] && recorder.isLive)
        }
    }

    @Test func watchThatHadABookmarkIsContinuedWithoutAList() async throws {
        let server = try ScriptedKubernetes(watch: { connection, number in
            try connection.beginWatch(number == 1 ? [Lease.bookmark(42)] : [])
            guard number == 1 else {
                _ = connection.readToEnd()
                return
            }
            Thread.sleep(forTimeInterval: 1.2)
            try connection.endWatch()
        })
        defer { server.stop() }
        try await server.withRegistry { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { server.watches.count == 2 })
            #expect(server.lists.count == 1)
            #expect(server.watches.last?.target.contains("resourceVersion=42&") == true)
            #expect(recorder.isLive)
        }
    }

    /// A server that is stopping keeps its watches open and sends nothing.
    @Test func watchThatTheServerDoesNotEndInTimeIsReplaced() async throws {
        let server = try ScriptedKubernetes()
        defer { server.stop() }
        try await server.withRegistry {
            $0.watchRenewalInterval = .seconds(1)
            $0.timeout = .seconds(1)
        } _: { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { server.watches.count >= 2 })
            #expect(server.lists.count >= 2)
            #expect(recorder.value != nil)
        }
        #expect(server.watches.first?.target.contains("timeoutSeconds=1") == true)
    }

    @Test(arguments: [
        #"{"type":"ADDED"}"#, "<html>", #"{"type":"OTHER","object":{}}"#, #"{"type":"ERROR","object":{}}"#,
    ]) func unreadableEventMakesTheStateStale(_ line: String) async throws {
        let first = try Lease.of(node, version: 5)
        let count = Counter()
        let server = try ScriptedKubernetes {
            guard $0.isList else { return nil }
            return count.add() == 1 ? .list([first]) : ScriptedResponse(status: 503)
        } watch: { connection, _ in
            try connection.beginWatch([line])
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await server.withRegistry { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { isStale(recorder) })
            #expect(recorder.value?["svc"] == [node])
        }
    }

    /// The header of an error response arrives, and its body never does.
    @Test func errorResponseThatDoesNotEndDoesNotEndTheWatch() async throws {
        let first = try Lease.of(node, version: 5)
        let server = try ScriptedKubernetes {
            $0.isList ? .list([first]) : nil
        } watch: { connection, number in
            if number == 1 {
                try connection.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\n")
            } else {
                try connection.beginWatch()
            }
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await server.withRegistry {
            $0.timeout = .seconds(1)
        } _: { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.isLive && recorder.value?["svc"] == [node] })
            #expect(server.watches.count >= 2)
        }
    }

    // MARK: Expiry

    /// Only the clock of the server has an effect, not the clocks of this machine and of the writer.
    @Test(arguments: [-3600, 3600] as [Int64])
    func nodeExpiresByTheClockOfTheServer(_ difference: Int64) async throws {
        let now = ServerTime.now.advanced(seconds: difference)
        let old = try Lease.of(node, version: 5, seconds: 30, renewed: now.advanced(seconds: -40))
        let fresh = try Lease.of(other, version: 6, seconds: 30, renewed: now)
        let server = try ScriptedKubernetes { $0.isList ? .list([old, fresh], date: now) : nil }
        defer { server.stop() }
        try await server.withRegistry { registry in
            #expect(try await registry.lookUp("svc") == [other])
            #expect(try await registry.list() == ["svc"])
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.value?["svc"] == [other] })
        }
    }

    @Test func nodeThatIsNotRenewedLeavesTheWatchedState() async throws {
        let renewed = try Lease.of(node, version: 11, seconds: 1, renewed: .now)
        let expiring = try Lease.of(other, version: 12, seconds: 1, renewed: .now)
        let server = try ScriptedKubernetes(watch: { connection, _ in
            try connection.beginWatch([renewed.event("ADDED"), expiring.event("ADDED")])
            for version in 13...40 {
                Thread.sleep(forTimeInterval: 0.2)
                var renewal = renewed
                renewal.metadata.resourceVersion = "\(version)"
                renewal.spec?.renewTime = ServerTime.now.microTime
                try connection.writeWatch([renewal.event("MODIFIED")])
            }
            _ = connection.readToEnd()
        })
        defer { server.stop() }
        try await server.withRegistry { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.value?["svc"] == both })
            #expect(await eventually { recorder.value?["svc"] == [node] })
            // Renewals are no changes.
            let states = recorder.all.count
            _ = await eventually(within: .seconds(2)) { false }
            #expect(recorder.all.count == states)
        }
    }

    /// Clients cannot renew their Leases during an outage.
    @Test func nodesDoNotExpireWhileTheServerCannotBeReached() async throws {
        let date = ServerTime.now
        let lease = try Lease.of(node, version: 5, seconds: 2, renewed: date)
        let isDown = Mutex(false)
        let server = try ScriptedKubernetes {
            guard $0.isList else { return nil }
            return isDown.withLock(\.self)
                ? ScriptedResponse(status: 503) : .list([lease], date: ServerTime.now)
        }
        defer { server.stop() }
        try await server.withRegistry { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.isLive })
            isDown.withLock { $0 = true }
            server.disconnectAll()
            #expect(await eventually { isStale(recorder) })
            _ = await eventually(within: .seconds(3)) { false }
            #expect(recorder.value?["svc"] == [node])
            isDown.withLock { $0 = false }
            #expect(await eventually { recorder.isLive })
            #expect(recorder.value?["svc"] == [node])
            #expect(await eventually { recorder.value?["svc"] == [] })
        }
    }

    // MARK: Interest

    @Test func watchesOfSeveralServicesShareOneRequest() async throws {
        let leases = try ["a", "b", "c"].map { try Lease.of(record($0), version: 5) }
        let server = try ScriptedKubernetes { $0.isList ? .list(leases) : nil }
        defer { server.stop() }
        let names = KubernetesNames(namespace: "")
        try await server.withRegistry { registry in
            let first = RegistryStateRecorder(try registry.watch("a"))
            #expect(await eventually { first.value?["a"] == [record("a")] })
            let second = RegistryStateRecorder(try registry.watch("b"))
            #expect(await eventually { second.value?["b"] == [record("b")] })
            #expect(server.watches.last?.target.contains(names.label(of: "a")) == true)
            #expect(server.watches.last?.target.contains(names.label(of: "b")) == true)
            #expect(second.all.allSatisfy { $0["a"].isEmpty })
            let all = RegistryStateRecorder(try registry.watch(nil))
            #expect(await eventually { all.value?["c"] == [record("c")] })
            #expect(server.watches.last?.target.contains("micro%2Fname") == false)
            // The first state never comes from a service that was not read.
            #expect(all.all.first.map { Set($0.names) } == ["a", "b", "c"])
            // A service that has already been read needs no request.
            let requests = server.requests.count
            let third = RegistryStateRecorder(try registry.watch("c"))
            #expect(await eventually { third.value?["c"] == [record("c")] })
            #expect(server.requests.count == requests)
        }
    }
}
