// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let backendHistory = [
        RegistryCase(
            "R31", .fault, "Fifty changes in a single transaction of the backend are all seen.",
            rationale: "etcd sends several events in one message, of which go-micro reads only the first.",
            hooks: [.peer]
        ) { context in
            guard let peer = context.harness.peer else { throw CaseNotRunnable(missing: [HarnessHook.peer]) }
            let recorders = [
                context.record(try context.reader.watch("svc")), context.record(try context.reader.watch(nil)),
            ]
            try await context.eventually(recorders[0], sees: [])
            let record = context.record(nodes: 0..<50)
            try await peer.store([record], in: context.namespace)
            do {
                for recorder in recorders {
                    try await context.eventually(recorder, sees: [record], within: context.bounds.timeouts.recovery)
                }
                try await context.eventually(context.reader, sees: [record])
            } catch {
                try? await peer.remove([record], from: context.namespace)
                throw error
            }
            try await peer.remove([record], from: context.namespace)
            for recorder in recorders {
                try await context.eventually(recorder, sees: [], within: context.bounds.timeouts.recovery)
            }
        },
        RegistryCase(
            "R39", .fault,
            "A watch disconnected while the backend loses its history recovers, and matches a lookup again.",
            rationale: "A compacted history ends watches without notice, or makes them send requests in a loop.",
            actions: [.compact], hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let client = try await context.makeClient { $0.addresses = [proxy.address] }
            let (old, newer) = (context.record(node: "old"), context.record(node: "newer", port: 9))
            try await context.register(old)
            let recorders = [context.record(try client.watch("svc")), context.record(try client.watch(nil))]
            for recorder in recorders {
                try await context.eventually(recorder, sees: [old], within: context.bounds.timeouts.recovery)
            }
            proxy.faults = [.refuse]
            proxy.dropConnections()
            for recorder in recorders { try await context.eventuallyStale(recorder) }
            for port in 1...20 { try await context.register(context.record("other", port: port)) }
            try await context.writer.deregister(old)
            try await context.register(newer)
            try await context.perform(.compact)
            proxy.faults = []
            for recorder in recorders {
                try await context.eventually(recorder, sees: [newer], within: context.bounds.timeouts.recovery)
            }
            let before = proxy.traffic.clientReadCount
            try await context.never("the watch ends", during: .seconds(1)) { recorders.contains(where: \.hasEnded) }
            let sent = proxy.traffic.clientReadCount - before
            let limit = context.bounds.limits.maxRequestsPerSecond * 2
            try context.expect(
                sent <= limit, "two watches send at most \(limit) requests per second; they sent \(sent)")
            try await context.register(context.record(node: "newest", port: 10))
            for recorder in recorders {
                try await context.eventually("the watch sees later changes", within: context.bounds.timeouts.recovery) {
                    recorder.nodes().count == 2
                }
            }
        },
        RegistryCase(
            "R49", .fault, "Unreadable records are skipped and logged; all other records are returned.",
            rationale: "One unreadable record makes a whole service or registry unreadable.",
            hooks: [.corrupter]
        ) { context in
            guard let corrupter = context.harness.corrupter else {
                throw CaseNotRunnable(missing: [HarnessHook.corrupter])
            }
            let logRecorder = LogRecorder()
            let client = try await context.makeClient { $0.logger = logRecorder.logger }
            let recorder = context.record(try client.watch("svc"))
            try await context.register(context.record())
            try await context.eventually(recorder, sees: [context.record()])
            try await corrupter.corrupt("svc", in: context.namespace)
            do {
                try await context.eventually(client, sees: [context.record()])
                try await context.never("an unreadable record changes the watched state") {
                    recorder.records() != [context.record()] || recorder.hasEnded
                }
                try context.expect(try await client.list(), is: ["svc"], "the list")
                _ = try await client.lookUp("svc")
                try context.expect(
                    logRecorder.lines.contains { $0.contains("svc") },
                    "the log names the service; the last entries are \(logRecorder.lines.suffix(3))")
                let newer = context.record(node: "newer", port: 9)
                try await context.register(newer)
                var complete = context.record()
                complete.nodes += newer.nodes
                try await context.eventually(recorder, sees: [complete])
            } catch {
                try? await corrupter.repair("svc", in: context.namespace)
                throw error
            }
            try await corrupter.repair("svc", in: context.namespace)
        },
    ]
}
