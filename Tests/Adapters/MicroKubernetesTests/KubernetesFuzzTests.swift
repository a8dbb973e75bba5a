// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MicroCore
import TestServers
import TestSupport
import Testing

@testable import MicroKubernetes

/// Randomly mutated input with a fixed seed: no parser traps or hangs.
@Suite(.faultRun, .blocking, .timeLimit(.minutes(5))) struct KubernetesFuzzTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let names = KubernetesNames(namespace: "")

    @Test func mutatedWatchLinesDoNotTrap() throws {
        var fuzzer = Fuzzer(seed: 1)
        let lease = try Lease.of(record("svc"), version: 5, seconds: 30, renewed: ServerTime(microseconds: 1 << 50))
        let seeds = [lease.event("ADDED"), lease.event("DELETED"), Lease.bookmark(7), Lease.expired]
            .map { Array($0.utf8) }
        var (events, errors) = (0, 0)
        var state = KubernetesWatchState(names: names, logger: logger)
        for round in 0..<100_000 {
            let line = fuzzer.mutated(seeds[round % seeds.count])
            if let event = try? JSONDecoder().decode(WatchEvent<Lease>.self, from: Data(line)) {
                events += 1
                _ = state.apply(event, at: .now)
            } else if (try? JSONDecoder().decode(WatchError.self, from: Data(line))) != nil {
                errors += 1
            }
            if round.isMultiple(of: 1000) { _ = state.expire(at: .now + .seconds(60)) }
        }
        #expect(events > 1000 && errors > 100)
    }

    @Test func mutatedLeasesDoNotTrap() throws {
        var fuzzer = Fuzzer(seed: 2)
        var long = record("svc")
        long.metadata["text"] = String(repeating: "x", count: 200_000)
        let seeds = try [record("svc"), long].map {
            Array(try Lease.of($0, version: 5, seconds: 30, renewed: ServerTime(microseconds: 1 << 50)).json.utf8)
        }
        var (read, expired) = (0, 0)
        for round in 0..<100_000 {
            let json = fuzzer.mutated(seeds[round % seeds.count])
            guard let lease = try? JSONDecoder().decode(Lease.self, from: Data(json)) else { continue }
            if KubernetesRecord.storedNode(lease, names: names, logger: logger) != nil { read += 1 }
            if case .at? = lease.expiry { expired += 1 }
        }
        #expect(read > 1000 && expired > 1000)
    }

    @Test func mutatedPodsDoNotTrap() throws {
        var fuzzer = Fuzzer(seed: 6)
        let patch = try GoMicroPods.patch("svc", [record("svc")])
        let annotation = String(
            decoding: try JSONEncoder().encode(patch.metadata.annotations["micro.mu/service-svc"] ?? nil), as: UTF8.self
        )
        let seed = Array(
            (#"{"type":"ADDED","object":{"metadata":{"name":"p","resourceVersion":"7","annotations":"#
                + #"{"micro.mu/service-svc":\#(annotation)}},"status":{"phase":"Running"}}}"#).utf8)
        var (events, records) = (0, 0)
        var state = KubernetesWatchState(names: names, logger: logger)
        for _ in 0..<100_000 {
            guard let event = try? JSONDecoder().decode(WatchEvent<Pod>.self, from: Data(fuzzer.mutated(seed))) else {
                continue
            }
            events += 1
            _ = state.apply(event)
            if !GoMicroPods.nodes(of: event.object, logger: logger).isEmpty { records += 1 }
        }
        #expect(events > 1000 && records > 1000)
    }

    @Test func mutatedStatusBodiesDoNotTrap() {
        var fuzzer = Fuzzer(seed: 3)
        let seeds = [
            #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"leases \"a\" not found","#
                + #""reason":"NotFound","details":{"name":"a","kind":"leases"},"code":404}"#,
            #"{"kind":"Status","message":"Too large resource version","reason":"Timeout","details":{"causes":"#
                + #"[{"reason":"ResourceVersionTooLarge"}],"retryAfterSeconds":1},"code":504}"#,
        ].map { Array($0.utf8) }
        var (read, missing) = (0, 0)
        for round in 0..<100_000 {
            guard let status = KubernetesStatus(body: fuzzer.mutated(seeds[round % 2])) else { continue }
            read += 1
            if status.isMissing("leases") { missing += 1 }
            _ = (status.isAboutSize, status.isAboutVersion, status.text)
        }
        #expect(read > 1000 && missing > 1000)
    }

    @Test func mutatedKubeconfigsDoNotTrap() {
        var fuzzer = Fuzzer(seed: 4)
        let seeds = KubernetesConfigurationTests.kubeconfigs.map { Array($0.utf8) }
        var read = 0
        for round in 0..<100_000 {
            let text = String(decoding: fuzzer.mutated(seeds[round % seeds.count]), as: UTF8.self)
            if (try? Kubeconfig(text, file: "/x/config")) != nil { read += 1 }
        }
        #expect(read > 1000)
    }

    @Test func mutatedTimesDoNotTrap() {
        var fuzzer = Fuzzer(seed: 5)
        let seeds = ["2026-11-28T16:12:08.448889Z", "Sat, 28 Nov 2026 22:32:30 GMT"].map { Array($0.utf8) }
        var read = 0
        for round in 0..<100_000 {
            let text = String(decoding: fuzzer.mutated(seeds[round % 2]), as: UTF8.self)
            if let time = ServerTime(rfc3339: text) ?? ServerTime(httpDate: text) {
                read += 1
                #expect(ServerTime(rfc3339: time.microTime) == time)
            }
        }
        #expect(read > 1000)
    }
}
