// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let watches = [
        RegistryCase(
            "R30", .core,
            "A watch starts with the current state; watches opened during changes end with the final state.",
            rationale: "Changes between the initial lookup and the start of the watch are lost."
        ) { context in
            try await context.register(context.record())
            try await context.eventually(context.reader, sees: [context.record()])
            let first = context.record(try context.reader.watch("svc"))
            try await context.eventually("the watch has a first state") { !first.states.isEmpty }
            try context.expect(first.states[0]["svc"], is: [context.record()], "the first state")

            let names = (0..<10).map { "churn-\($0)" }
            let recorders = try await withThrowingTaskGroup(of: Void.self) { group in
                for name in names {
                    group.addTask {
                        for port in 1...20 { try await context.register(context.record(name, port: port)) }
                    }
                }
                var recorders: [(name: String, recorder: WatchRecorder)] = []
                for _ in 0..<20 {
                    for name in names { recorders.append((name, context.record(try context.reader.watch(name)))) }
                    try await Task.sleep(for: .milliseconds(1))
                }
                try await group.waitForAll()
                return recorders
            }
            for (name, recorder) in recorders {
                try await context.eventually(
                    recorder, sees: [context.record(name, port: 20)], of: name,
                    within: context.bounds.timeouts.recovery)
            }
        },
        RegistryCase(
            "R32", .core,
            "The states of a node arrive in the order of its writes, and its first change is its creation.",
            rationale: "Watches deliver an update before the creation, or an old value after a newer one."
        ) { context in
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [])
            for port in 1...50 {
                try await context.register(context.record(port: port))
                // Waits for the watch from time to time, so that it does not skip all states except the last one.
                if port.isMultiple(of: 10) {
                    try await context.eventually(
                        recorder, sees: [context.record(port: port)], within: context.bounds.timeouts.recovery)
                }
            }
            let ports = recorder.states.compactMap { $0["svc"].first?.nodes.first?.port }
            try context.expect(ports, is: Set(ports).sorted(), "the ports in the order of arrival")
            let changes = zip(recorder.states, recorder.states.dropFirst()).flatMap { $1.changes(since: $0) }
            try context.expect(changes.first?.kind, is: .created, "the first change")
            try context.expect(
                changes.dropFirst().allSatisfy { $0.kind == .updated }, "all later changes are updates")
        },
        RegistryCase(
            "R33", .core, "A watch of one service sees only that service; a watch of all services sees every service.",
            rationale: "Watching all services is often a second code path with fewer tests."
        ) { context in
            let one = context.record(try context.reader.watch("a"))
            let all = context.record(try context.reader.watch(nil))
            try await context.eventually(one, sees: [], of: "a")
            let records = ["a", "b", "c"].map { context.record($0) }
            for record in records { try await context.register(record) }
            try await context.eventually(one, sees: [records[0]], of: "a")
            for record in records {
                try await context.eventually(
                    all, sees: [record], of: record.name, within: context.bounds.timeouts.recovery)
            }
            try context.expect(
                one.states.allSatisfy { Set($0.names).isSubset(of: ["a"]) }, "the watch of a sees no other service")
            try await context.writer.deregister(records[1])
            try await context.eventually(all, sees: [], of: "b", within: context.bounds.timeouts.recovery)
            try context.expect(
                Set(all.last?.names.map(\.self) ?? []), is: ["a", "c"], "the services in the watch of all services")
        },
        RegistryCase(
            "R34", .core, "A slow reader gets the final state instead of a backlog, and does not delay other readers.",
            rationale: "go-micro's memory registry delivers 8 of 500 changes to a slow reader."
        ) { context in
            let slow = try context.reader.watch("svc")
            let fast = context.record(try context.reader.watch("svc"))
            let changes = context.bounds.load.changes
            for change in 1...changes { try await context.register(context.record(port: 1 + change % 60_000)) }
            let final = [context.record(port: 1 + changes % 60_000)]
            try await context.eventually(fast, sees: final, within: context.bounds.timeouts.recovery)
            let recorder = context.record(slow)
            try await context.eventually(recorder, sees: final, within: context.bounds.timeouts.recovery)
            try context.expect(
                recorder.states.count < 20, "a slow reader gets the latest states; it got \(recorder.states.count)")
        },
        RegistryCase(
            "R35", .core,
            "A watch ends within a second when cancelled, also twice; cancelled and released watches leave the backend.",
            rationale: "Cancelled watches continue in the background and accumulate."
        ) { context in
            let before = try await context.harness.resourceCounts()
            var recorders = [
                context.record(try context.writer.watch("svc")), context.record(try context.writer.watch(nil)),
            ]
            for recorder in recorders {
                try await context.eventually("the watch has a first state", within: context.bounds.timeouts.recovery) {
                    recorder.last != nil
                }
            }
            let reader = Task { [watch = try context.writer.watch("svc")] in for await _ in watch {} }
            reader.cancel()
            for recorder in recorders {
                recorder.cancel()
                recorder.cancel()
                try await context.eventually("a cancelled watch ends", within: .seconds(1)) { recorder.hasEnded }
            }
            await reader.value
            recorders = []
            try await context.withTimeout(context.bounds.timeouts.recovery, "another watch has a first state") {
                var states = try context.writer.watch("svc").makeAsyncIterator()
                _ = await states.next()
            }
            try await context.eventuallyHasNoMoreWatches(than: before)
        },
        RegistryCase(
            "R37", .core,
            "A watch of a service that does not exist has an empty first state, and later sees its first node.",
            rationale: "Such a watch fails, ends or sends requests in a loop."
        ) { context in
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [])
            try await context.register(context.record("other"))
            try await context.never("the watch has a second state or ends") {
                recorder.states.count > 1 || recorder.hasEnded
            }
            try await context.register(context.record())
            try await context.eventually(recorder, sees: [context.record()])
        },
        RegistryCase(
            "R89", .core, "A node that moves to another service disappears from lookups and watches of the old one.",
            rationale: "The old entry of a renamed service stays until it expires, or forever."
        ) { context in
            let old = context.record("old", nodes: 0..<1)
            var moved = context.record("new", nodes: 0..<1)
            moved.nodes = old.nodes
            try await context.register(old)
            let recorders = [
                context.record(try context.reader.watch("old")), context.record(try context.reader.watch(nil)),
            ]
            for recorder in recorders {
                try await context.eventually(
                    recorder, sees: [old], of: "old", within: context.bounds.timeouts.recovery)
            }
            try await context.register(moved)
            for recorder in recorders {
                try await context.eventually(recorder, sees: [], of: "old", within: context.bounds.timeouts.recovery)
            }
            try await context.eventually(
                recorders[1], sees: [moved], of: "new", within: context.bounds.timeouts.recovery)
            try await context.eventually(context.reader, sees: [], of: "old")
            try await context.eventually(context.reader, sees: [moved], of: "new")
        },
    ]
}
