// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let backendHistory = [
        RegistryCase(
            "R31", .fault, "Fifty changes in one transaction of the backend are all seen",
            rationale: "etcd puts several events into one message, and go-micro reads only the first.", hooks: [.peer]
        ) { context in
            guard let peer = context.harness.peer else { throw CaseNotRunnable("hook: peer") }
            let (one, all) = (context.record(try context.b.watch("svc")), context.record(try context.b.watch(nil)))
            try await context.eventually(one, sees: [])
            var record = context.record()
            record.nodes = (0..<50).map { number in
                Node(id: context.nodeID("svc", "\(number)"), address: "10.0.0.1", port: 1 + number)
            }
            try await peer.store([record], in: context.namespace)
            do {
                for recorder in [one, all] {
                    try await context.eventually(recorder, sees: [record], within: context.bounds.recoveryTimeout)
                }
                try await context.eventually(context.b, sees: [record])
            } catch {
                try? await peer.remove([record], from: context.namespace)
                throw error
            }
            try await peer.remove([record], from: context.namespace)
            for recorder in [one, all] {
                try await context.eventually(recorder, sees: [], within: context.bounds.recoveryTimeout)
            }
        },
        RegistryCase(
            "R39", .fault, "A watch that was cut off while the backend lost its history equals a fresh look-up again",
            rationale: "A compacted history ends watches silently, or has them spin.",
            actions: [.compact], hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let client = try await context.makeClient { $0.addresses = [proxy.address] }
            let (old, newer) = (context.record(node: "old"), context.record(node: "newer", port: 9))
            try await context.register(old)
            let recorders = [context.record(try client.watch("svc")), context.record(try client.watch(nil))]
            for recorder in recorders {
                try await context.eventually(recorder, sees: [old], within: context.bounds.recoveryTimeout)
            }
            proxy.faults = [.refuse]
            proxy.dropConnections()
            for recorder in recorders {
                try await context.eventually(
                    "the watch tells that it is cut off", within: context.bounds.recoveryTimeout
                ) {
                    if case .stale = recorder.last?.freshness { true } else { false }
                }
            }
            for port in 1...20 { try await context.register(context.record("other", port: port)) }
            try await context.a.deregister(old)
            try await context.register(newer)
            try await context.perform(.compact)
            proxy.faults = []
            for recorder in recorders {
                try await context.eventually(recorder, sees: [newer], within: context.bounds.recoveryTimeout)
            }
            let (before, window) = (proxy.traffic.clientReadCount, Duration.seconds(1))
            try await context.never("the watch ends", during: window) { recorders.contains(where: \.hasEnded) }
            let sent = proxy.traffic.clientReadCount - before
            let allowed = context.bounds.maxRequestsPerSecond * 2
            try context.expect(sent <= allowed, "two watches send \(allowed) requests a second at most, not \(sent)")
            try await context.register(context.record(node: "newest", port: 10))
            for recorder in recorders {
                try await context.eventually("the watch goes on", within: context.bounds.recoveryTimeout) {
                    recorder.last?["svc"].flatMap(\.nodes).count == 2
                }
            }
        },
        RegistryCase(
            "R49", .fault, "Records that nobody can read spoil no others, and are told to the log",
            rationale: "One corrupt record makes a whole service, or the whole registry, unreadable.",
            hooks: [.corrupter]
        ) { context in
            guard let corrupter = context.harness.corrupter else { throw CaseNotRunnable("hook: corrupter") }
            let logRecorder = LogRecorder()
            let client = try await context.makeClient { $0.logger = logRecorder.logger }
            let recorder = context.record(try client.watch("svc"))
            try await context.register(context.record())
            try await context.eventually(recorder, sees: [context.record()])
            try await corrupter.corrupt("svc", in: context.namespace)
            do {
                try await context.eventually(client, sees: [context.record()])
                try await context.never("a record that nobody can read spoils the watch") {
                    recorder.last?["svc"] != [context.record()] || recorder.hasEnded
                }
                let names = try await client.list()
                try context.expect(names, is: ["svc"], "list")
                _ = try await client.lookUp("svc")
                try context.expect(
                    logRecorder.lines.contains { $0.contains("svc") },
                    "the log names the service: \(logRecorder.lines.suffix(3))")
                try await context.register(context.record(node: "newer", port: 9))
                try await context.eventually(
                    recorder,
                    sees: [context.record().adding(context.record(node: "newer", port: 9).nodes)])
            } catch {
                try? await corrupter.repair("svc", in: context.namespace)
                throw error
            }
            try await corrupter.repair("svc", in: context.namespace)
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
