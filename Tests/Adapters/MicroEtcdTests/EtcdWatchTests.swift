// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEtcd
import TestServers
import TestSupport
import Testing

/// Watches whose stream fails: they do not end, do not become a busy loop, and do not stay live.
@Suite(.timeLimit(.minutes(1))) struct EtcdWatchTests {
    /// The stored record.
    private static let entry =
        #"{"key":"\#(base64("/micro/registry/svc/svc-a"))","mod_revision":"5","value":"\#(base64(#"{"name":"svc","version":"1","nodes":[{"id":"svc-a","address":"10.0.0.1","port":80}]}"#))"}"#

    private static let event =
        #"{"result":{"header":{"cluster_id":"17","revision":"5","raft_term":"2"},"events":[{"kv":\#(entry)}]}}"#

    /// Responds with the record to range requests.
    @Sendable private static func withRecord(_ request: ScriptedRequest) -> ScriptedResponse? {
        request.target == "/v3/kv/range"
            ? ScriptedResponse(text: #"{\#(ScriptedEtcd.header),"kvs":[\#(entry)]}"#) : nil
    }

    /// Runs the body with a watch of the service `svc`.
    private func withWatch(_ configuration: EtcdConfiguration, _ body: (RegistryStateRecorder) async throws -> Void)
        async throws
    {
        try await withEtcd(configuration) { registry in try await body(RegistryStateRecorder(try registry.watch("svc")))
        }
    }

    /// The lines are the whole response; afterwards, the connection ends normally.
    @Test(arguments: [
        ([ScriptedEtcd.created], MicroError.Code.unavailable),
        ([ScriptedEtcd.created, "<html>"], .internal), ([ScriptedEtcd.created, "{"], .internal),
        ([ScriptedEtcd.created, "null"], .internal), (["[]"], .internal), (["<html>", "</html>"], .internal),
        ([event], .internal), ([], .unavailable),
        ([#"{"error":{"grpc_code":14,"http_code":503,"message":"etcdserver: no leader"}}"#], .unavailable),
        ([ScriptedEtcd.created, #"{"error":{"grpc_code":14,"message":"etcdserver: no leader"}}"#], .unavailable),
        (
            [
                #"{"result":{\#(ScriptedEtcd.header),"created":true,"canceled":true,"cancel_reason":"rpc error: code = PermissionDenied desc = etcdserver: permission denied"}}"#
            ], .permissionDenied
        ),
        (
            [
                #"{"result":{\#(ScriptedEtcd.header),"created":true,"canceled":true,"cancel_reason":"rpc error: code = Unauthenticated desc = etcdserver: invalid auth token"}}"#
            ], .unauthenticated
        ),
        ([ScriptedEtcd.created, #"{"result":{\#(ScriptedEtcd.header),"canceled":true}}"#], .unavailable),
    ])
    func malformedWatchMessagesAreErrors(_ lines: [String], _ code: MicroError.Code) async throws {
        let server = try ScriptedEtcd(watch: { connection, _ in
            try connection.begin(lines: lines)
            try connection.endLines()
        })
        defer { server.stop() }
        try await withWatch(makeConfiguration(server.url)) { latest in
            #expect(await eventually { latest.cause?.code == code })
            if code == .permissionDenied || code == .unauthenticated {
                // A watch that was denied is not repeated immediately.
                #expect(await always(during: .milliseconds(300)) { server.requests("/v3/watch").count == 1 })
            } else {
                #expect(await eventually { server.requests("/v3/watch").count > 2 })
                #expect(await grows(byLessThan: 30, per: .milliseconds(500)) { server.requests("/v3/watch").count })
            }
        }
    }

    @Test func watchStatusCodesAreErrors() async throws {
        for (response, code) in [
            (ScriptedEtcd.failure(401, 16, "etcdserver: invalid auth token"), MicroError.Code.unauthenticated),
            (ScriptedResponse(status: 502, text: "<html>"), .unavailable),
            (ScriptedResponse(status: 404, text: "Not Found\n"), .internal),
            (ScriptedResponse(status: 400, text: ""), .internal),
        ] {
            let server = try ScriptedEtcd(watch: { connection, _ in
                try connection.write(response)
            })
            defer { server.stop() }
            try await withWatch(makeConfiguration(server.url)) { latest in
                #expect(await eventually { latest.cause?.code == code })
            }
        }
    }

    @Test func interruptedWatchIsStaleAndRecovers() async throws {
        let isBack = Counter()
        let server = try ScriptedEtcd(Self.withRecord) { connection, _ in
            try connection.begin(lines: [ScriptedEtcd.created])
            // The connection ends within a message.
            guard isBack.value > 0 else { return try connection.write("40\r\n{\"result\"") }
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await withWatch(makeConfiguration(server.url)) { latest in
            #expect(await eventually { latest.cause?.code == .unavailable })
            #expect(latest.value?["svc"] == [record("svc")])
            isBack.add()
            #expect(await eventually { latest.isLive })
            #expect(latest.value?["svc"] == [record("svc")])
            // After a lost connection the current entries are read again.
            #expect(server.requests("/v3/kv/range").count == server.requests("/v3/watch").count)
        }
    }

    @Test(arguments: [false, true]) func watchCreationTimesOut(_ hasHeader: Bool) async throws {
        let server = try ScriptedEtcd(watch: { connection, _ in
            if hasHeader { try connection.begin(lines: []) }
            _ = connection.readToEnd()
        })
        defer { server.stop() }
        let configuration = makeConfiguration(server.url) { $0.timeout = .milliseconds(200) }
        try await withWatch(configuration) { latest in
            #expect(await eventually { latest.cause?.code == .deadlineExceeded })
            #expect(await eventually { server.requests("/v3/watch").count > 1 })
        }
    }

    /// A dead connection cannot be distinguished from an idle one.
    @Test func idleWatchIsRenewedAndDeadConnectionIsDetected() async throws {
        let server = try ScriptedEtcd(Self.withRecord) { connection, number in
            let later = ScriptedEtcd.created.replacing(#""revision":"4""#, with: #""revision":"5""#)
            if number < 4 { try connection.begin(lines: number == 1 ? [ScriptedEtcd.created, Self.event] : [later]) }
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        let configuration = makeConfiguration(server.url) {
            $0.timeout = .milliseconds(300)
            $0.watchRenewalInterval = .milliseconds(200)
        }
        try await withWatch(configuration) { latest in
            #expect(
                await eventually {
                    latest.cause?.code == .deadlineExceeded && server.requests("/v3/watch").count >= 4
                })
            #expect(latest.value?["svc"] == [record("svc")])
            let starts = server.requests("/v3/watch").prefix(4).map { String(decoding: $0.body, as: UTF8.self) }
            // The first watch starts after the entries that were read, the others after the last event.
            try #require(starts.count == 4)
            #expect(starts[0].contains(#""start_revision":"5""#))
            #expect(starts[1...].allSatisfy { $0.contains(#""start_revision":"6""#) })
        }
    }

    @Test func compactionTriggersRereadWithoutFailure() async throws {
        let server = try ScriptedEtcd(watch: { connection, number in
            try connection.begin(lines: [ScriptedEtcd.created])
            if number == 2 {
                try connection.write(lines: [Self.event])
            } else {
                try connection.write(lines: [
                    #"{"result":{"header":{"cluster_id":"17","raft_term":"2"},"canceled":true,"compact_revision":"9"}}"#
                ])
            }
            // etcd keeps the stream of a cancelled watch open.
            _ = connection.readToEnd()
        })
        defer { server.stop() }
        try await withWatch(makeConfiguration(server.url)) { latest in
            #expect(await eventually { latest.value?["svc"] == [record("svc")] })
            #expect(server.requests("/v3/kv/range").count == 2)
            #expect(latest.all.allSatisfy { if case .live = $0.freshness { true } else { false } })
        }
    }

    @Test func persistentCompactionFailsWithBackoff() async throws {
        let server = try ScriptedEtcd(watch: { connection, _ in
            try connection.begin(lines: [
                #"{"result":{\#(ScriptedEtcd.header),"created":true,"canceled":true,"compact_revision":"9"}}"#
            ])
            _ = connection.readToEnd()
        })
        defer { server.stop() }
        try await withWatch(makeConfiguration(server.url)) { latest in
            #expect(await eventually { latest.cause?.code == .unavailable })
            #expect(await grows(byLessThan: 30, per: .milliseconds(500)) { server.requests("/v3/watch").count })
        }
    }

    /// Without this, etcd would wait until it reaches the revision.
    @Test func changedClusterHistoryTriggersReread() async throws {
        let server = try ScriptedEtcd(watch: { connection, number in
            let other = #"{"result":{"header":{"cluster_id":"17","revision":"2","raft_term":"2"},"created":true}}"#
            try connection.begin(lines: [number == 2 ? other : ScriptedEtcd.created])
            _ = connection.readToEnd()
        })
        defer { server.stop() }
        let configuration = makeConfiguration(server.url) { $0.watchRenewalInterval = .milliseconds(50) }
        try await withWatch(configuration) { _ in
            #expect(await eventually { server.requests("/v3/kv/range").count == 2 })
        }
    }

    @Test func oversizedWatchMessageIsAnError() async throws {
        let server = try ScriptedEtcd(watch: { connection, _ in
            try connection.begin(lines: [ScriptedEtcd.created])
            let piece = String(repeating: "x", count: 4000)
            while true { try connection.write("fa0\r\n\(piece)\r\n") }
        })
        defer { server.stop() }
        let configuration = makeConfiguration(server.url) { $0.maxResponseSize = 10_000 }
        try await withWatch(configuration) { latest in
            #expect(await eventually { latest.cause?.code == .internal })
        }
    }

    @Test func additionalWatchesShareOneStream() async throws {
        let server = try ScriptedEtcd(watch: { connection, _ in
            try connection.begin(lines: [ScriptedEtcd.created, Self.event])
            _ = connection.readToEnd()
        })
        defer { server.stop() }
        try await withEtcd(at: server.url) { registry in
            let names = (0..<100).map { "other-\($0)" } + ["svc"]
            let watches =
                try names.map { RegistryStateRecorder(try registry.watch($0)) } + [
                    RegistryStateRecorder(try registry.watch(nil))
                ]
            #expect(await eventually { watches.allSatisfy(\.isLive) })
            #expect(await eventually { watches.suffix(2).allSatisfy { $0.value?["svc"] == [record("svc")] } })
            #expect(watches.dropLast(2).allSatisfy { $0.value?["svc"] == [] })
            #expect(server.requests("/v3/watch").count == 9)
        }
    }
}
