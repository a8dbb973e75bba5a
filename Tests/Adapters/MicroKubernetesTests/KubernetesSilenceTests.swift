// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroKubernetes

/// Watches that stay open without changes: no renewals arrive, and the client must find out whether the server is at
/// fault.
@Suite(.timeLimit(.minutes(1))) struct KubernetesSilenceTests {
    /// How lists fail during the outage.
    enum Outage: CaseIterable {
        case hangs, fails

        func response(while isDown: () -> Bool) -> ScriptedResponse {
            if self == .hangs { wait(while: isDown) }
            return ScriptedResponse(status: 503)
        }

        private func wait(while isDown: () -> Bool) {
            for _ in 0..<2000 where isDown() { Thread.sleep(forTimeInterval: 0.01) }
        }
    }

    private let node = record("svc", node: "a")
    private let isDown = Gate()

    /// Whether a test has begun an outage.
    private final class Gate: Sendable {
        private let state = Mutex(false)

        var isDown: Bool { state.withLock(\.self) }

        func set(_ value: Bool) { state.withLock { $0 = value } }
    }

    private func isStale(_ recorder: RegistryStateRecorder) -> Bool {
        if case .stale = recorder.value?.freshness { true } else { false }
    }

    /// Whether a live state without nodes was published.
    private func lostNodes(_ recorder: RegistryStateRecorder) -> Bool {
        recorder.all.contains { state in
            guard case .live = state.freshness else { return false }
            return state["svc"].isEmpty
        }
    }

    /// The API server is suspended, or the connection is half-open: the watch is silent, and lists get no response.
    /// With only etcd down, bookmarks still arrive.
    @Test(arguments: Outage.allCases, [false, true])
    func nodesDoNotExpireDuringASilentOutage(_ outage: Outage, _ hasBookmarks: Bool) async throws {
        let lease = try Lease.of(node, version: 5, seconds: 2, renewed: .now)
        let server = try ScriptedKubernetes { [isDown] request in
            guard request.isList || request.isVersionQuery else { return nil }
            return isDown.isDown
                ? outage.response { isDown.isDown } : .list([lease], date: .now)
        } watch: { [isDown] connection, _ in
            try connection.beginWatch()
            for version in 11...1000 where hasBookmarks {
                Thread.sleep(forTimeInterval: 0.1)
                guard isDown.isDown else { break }
                try connection.writeWatch([Lease.bookmark(version)])
            }
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await server.withRegistry {
            $0.timeout = .seconds(1)
        } _: { registry in
            isDown.set(false)
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.isLive })
            isDown.set(true)
            #expect(await eventually { isStale(recorder) })
            _ = await eventually(within: .seconds(3)) { false }
            #expect(!lostNodes(recorder))
            #expect(recorder.value?["svc"] == [node])
            isDown.set(false)
            #expect(await eventually { recorder.isLive })
            #expect(recorder.value?["svc"] == [node])
            // The outage is measured from the last change. It has ended.
            #expect(await eventually { recorder.isLive && recorder.value?["svc"] == [] })
        }
    }

    /// A server that responds late was suspended, and its clients could not renew their Leases.
    @Test func nodesDoNotExpireWhenASuspendedServerContinues() async throws {
        let lease = try Lease.of(node, version: 5, seconds: 2, renewed: .now)
        let server = try ScriptedKubernetes { [isDown] request in
            guard request.isList else { return nil }
            for _ in 0..<2000 where isDown.isDown { Thread.sleep(forTimeInterval: 0.001) }
            return .list([lease], date: .now)
        }
        defer { server.stop() }
        try await server.withRegistry { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.isLive })
            isDown.set(true)
            #expect(await eventually { server.lists.count == 2 })
            _ = await eventually(within: .milliseconds(1500)) { false }
            isDown.set(false)
            #expect(await eventually { server.watches.count == 2 })
            _ = await eventually(within: .milliseconds(500)) { false }
            #expect(recorder.isLive && !lostNodes(recorder))
            #expect(await eventually { recorder.isLive && recorder.value?["svc"] == [] })
        }
    }

    /// The only node of a service has crashed: nothing else changes, and the server works.
    @Test func nodeOnASilentWatchExpiresAfterAnotherList() async throws {
        let lease = try Lease.of(node, version: 5, seconds: 1, renewed: .now)
        let server = try ScriptedKubernetes { $0.isList ? .list([lease], date: .now) : nil }
        defer { server.stop() }
        try await server.withRegistry {
            // The end of the watch would lead to another list as well.
            $0.watchRenewalInterval = .seconds(120)
        } _: { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.value?["svc"] == [node] })
            #expect(await eventually { recorder.value?["svc"] == [] })
            #expect(recorder.all.allSatisfy { if case .live = $0.freshness { true } else { false } })
            #expect(server.lists.count == 2)
        }
    }

    /// A change of a Lease that is not a renewal, such as a label, does not keep a crashed node.
    @Test func changesThatDoNotRenewDoNotExtendTheLife() async throws {
        let lease = try Lease.of(node, version: 11, seconds: 4, renewed: .now)
        let server = try ScriptedKubernetes(watch: { connection, number in
            try connection.beginWatch([lease.event("ADDED")])
            // Longer than the test waits.
            for version in 12...1000 where number == 1 {
                Thread.sleep(forTimeInterval: 0.1)
                var labelled = lease
                labelled.metadata.resourceVersion = "\(version)"
                labelled.metadata.labels?["team"] = "\(version)"
                try connection.writeWatch([labelled.event("MODIFIED")])
            }
            _ = connection.readToEnd()
        })
        defer { server.stop() }
        try await server.withRegistry { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { recorder.value?["svc"] == [node] })
            #expect(await eventually { recorder.value?["svc"] == [] })
            #expect(server.lists.count == 1)
        }
    }
}
