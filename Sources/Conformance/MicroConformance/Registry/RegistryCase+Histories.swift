// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let histories = [
        RegistryCase(
            "R31", .fault, "Fifty changes in one transaction of the backend are all seen",
            motive: "etcd puts several events into one message, and go-micro reads only the first.", hooks: [.peer]
        ) { trial in
            guard let peer = trial.harness.peer else { throw CaseNotRunnable("hook: peer") }
            let (one, all) = (trial.record(try trial.b.watch("svc")), trial.record(try trial.b.watch(nil)))
            try await trial.eventually(one, sees: [])
            var record = trial.record()
            record.nodes = (0..<50).map { number in
                Node(id: trial.nodeID("svc", "\(number)"), address: "10.0.0.1", port: 1 + number)
            }
            try await peer.store([record], in: trial.namespace)
            do {
                for recorder in [one, all] {
                    try await trial.eventually(recorder, sees: [record], within: trial.bounds.heal)
                }
                try await trial.eventually(trial.b, sees: [record])
            } catch {
                try? await peer.remove([record], from: trial.namespace)
                throw error
            }
            try await peer.remove([record], from: trial.namespace)
            for recorder in [one, all] {
                try await trial.eventually(recorder, sees: [], within: trial.bounds.heal)
            }
        },
        RegistryCase(
            "R39", .fault, "A watch that was cut off while the backend lost its history equals a fresh look-up again",
            motive: "A compacted history ends watches silently, or has them spin.",
            actions: [.compact], hooks: [.entrance]
        ) { trial in
            let proxy = try await trial.makeProxy()
            let client = try await trial.makeClient { $0.addresses = [proxy.address] }
            let (old, newer) = (trial.record(node: "old"), trial.record(node: "newer", port: 9))
            try await trial.register(old)
            let recorders = [trial.record(try client.watch("svc")), trial.record(try client.watch(nil))]
            for recorder in recorders { try await trial.eventually(recorder, sees: [old], within: trial.bounds.heal) }
            proxy.faults = [.refuse]
            proxy.dropConnections()
            for recorder in recorders {
                try await trial.eventually("the watch tells that it is cut off", within: trial.bounds.heal) {
                    if case .stale = recorder.last?.freshness { true } else { false }
                }
            }
            for port in 1...20 { try await trial.register(trial.record("other", port: port)) }
            try await trial.a.deregister(old)
            try await trial.register(newer)
            try await trial.perform(.compact)
            proxy.faults = []
            for recorder in recorders {
                try await trial.eventually(recorder, sees: [newer], within: trial.bounds.heal)
            }
            let (before, window) = (proxy.traffic.bursts, Duration.seconds(1))
            try await trial.never("the watch ends", during: window) { recorders.contains(where: \.hasEnded) }
            let sent = proxy.traffic.bursts - before
            let allowed = trial.bounds.requestsPerSecond * 2
            try trial.expect(sent <= allowed, "two watches send \(allowed) requests a second at most, not \(sent)")
            try await trial.register(trial.record(node: "newest", port: 10))
            for recorder in recorders {
                try await trial.eventually("the watch goes on", within: trial.bounds.heal) {
                    recorder.last?["svc"].flatMap(\.nodes).count == 2
                }
            }
        },
        RegistryCase(
            "R49", .fault, "Records that nobody can read spoil no others, and are told to the log",
            motive: "One corrupt record makes a whole service, or the whole registry, unreadable.", hooks: [.corrupter]
        ) { trial in
            guard let corrupter = trial.harness.corrupter else { throw CaseNotRunnable("hook: corrupter") }
            let tape = LogTape()
            let client = try await trial.makeClient { $0.logger = tape.logger }
            let recorder = trial.record(try client.watch("svc"))
            try await trial.register(trial.record())
            try await trial.eventually(recorder, sees: [trial.record()])
            try await corrupter.corrupt("svc", in: trial.namespace)
            do {
                try await trial.eventually(client, sees: [trial.record()])
                try await trial.never("a record that nobody can read spoils the watch") {
                    recorder.last?["svc"] != [trial.record()] || recorder.hasEnded
                }
                let names = try await client.list()
                try trial.expect(names, is: ["svc"], "list")
                _ = try await client.lookUp("svc")
                try trial.expect(
                    tape.lines.contains { $0.contains("svc") }, "the log names the service: \(tape.lines.suffix(3))")
                try await trial.register(trial.record(node: "newer", port: 9))
                try await trial.eventually(
                    recorder,
                    sees: [trial.record().adding(trial.record(node: "newer", port: 9).nodes)])
            } catch {
                try? await corrupter.repair("svc", in: trial.namespace)
                throw error
            }
            try await corrupter.repair("svc", in: trial.namespace)
        },
    ]
}

extension ServiceRecord {
    /// The record with more nodes.
    fileprivate func adding(_ nodes: [Node]) -> ServiceRecord {
        var record = self
        record.nodes += nodes
        return record
    }
}
