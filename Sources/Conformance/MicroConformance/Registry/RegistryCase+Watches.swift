// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let watches = [
        RegistryCase(
            "R30", .core, "A watch gives the present state first, and every watch opened under churn ends at the truth",
            rationale: "What happens between the look-up and the watch is lost."
        ) { context in
            try await context.register(context.record())
            try await context.eventually(context.b, sees: [context.record()])
            let first = context.record(try context.b.watch("svc"))
            try await context.eventually("there is a first state") { !first.states.isEmpty }
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
                    for name in names { recorders.append((name, context.record(try context.b.watch(name)))) }
                    try await Task.sleep(for: .milliseconds(1))
                }
                try await group.waitForAll()
                return recorders
            }
            for (name, recorder) in recorders {
                try await context.eventually(
                    recorder, sees: [context.record(name, port: 20)], of: name, within: context.bounds.recoveryTimeout)
            }
        },
        RegistryCase(
            "R32", .core, "The states of a node come in the order of its writes, and its first change is its creation",
            rationale: "Watches deliver an update before the creation, or an old value after a newer one."
        ) { context in
            let recorder = context.record(try context.b.watch("svc"))
            try await context.eventually(recorder, sees: [])
            for port in 1...50 {
                try await context.register(context.record(port: port))
                // Now and then the reader keeps up, so that not all but the last state may be left out.
                if port.isMultiple(of: 10) {
                    try await context.eventually(
                        recorder, sees: [context.record(port: port)], within: context.bounds.recoveryTimeout)
                }
            }
            let ports = recorder.states.compactMap { $0["svc"].first?.nodes.first?.port }
            try context.expect(ports, is: Set(ports).sorted(), "the ports in the order seen")
            let changes = zip(recorder.states, recorder.states.dropFirst()).flatMap { $1.changes(since: $0) }
            try context.expect(
                changes.first?.kind, is: .created, "the first change")
            try context.expect(
                changes.dropFirst().allSatisfy { $0.kind == .updated }, "all later changes are updates")
        },
        RegistryCase(
            "R33", .core, "A watch of one service sees that one, a watch of all sees every one",
            rationale: "Watching all is often a second, less tested path."
        ) { context in
            let (one, all) = (context.record(try context.b.watch("a")), context.record(try context.b.watch(nil)))
            try await context.eventually(one, sees: [], of: "a")
            let records = ["a", "b", "c"].map { context.record($0) }
            for record in records { try await context.register(record) }
            try await context.eventually(one, sees: [records[0]], of: "a")
            for record in records {
                try await context.eventually(
                    all, sees: [record], of: record.name, within: context.bounds.recoveryTimeout)
            }
            try context.expect(
                one.states.allSatisfy { Set($0.names).isSubset(of: ["a"]) }, "the watch of one sees nothing else")
            try await context.a.deregister(records[1])
            try await context.eventually(all, sees: [], of: "b", within: context.bounds.recoveryTimeout)
            try context.expect(Set(all.last?.names.map(\.self) ?? []), is: ["a", "c"], "names in the watch of all")
        },
        RegistryCase(
            "R34", .core, "A reader that sleeps through many changes gets the final state, and holds nobody up",
            rationale: "go-micro's memory registry delivers 8 of 500 changes to a slow reader."
        ) { context in
            let slow = try context.b.watch("svc")
            let fast = context.record(try context.b.watch("svc"))
            let changes = context.bounds.changes
            for change in 1...changes { try await context.register(context.record(port: 1 + change % 60_000)) }
            let final = [context.record(port: 1 + changes % 60_000)]
            try await context.eventually(fast, sees: final, within: context.bounds.recoveryTimeout)
            let states = context.record(slow)
            try await context.eventually(states, sees: final, within: context.bounds.recoveryTimeout)
            try context.expect(
                states.states.count < 20, "a slow reader gets the newest, not a backlog of \(states.states.count)")
        },
        RegistryCase(
            "R35", .core, "Cancelling ends a watch within a second, twice is fine, and the backend is told",
            rationale: "Stopped watches go on behind the scenes and pile up."
        ) { context in
            let before = try await context.harness.resourceCounts()?.watches
            var recorders = [context.record(try context.a.watch("svc")), context.record(try context.a.watch(nil))]
            for recorder in recorders {
                try await context.eventually("there is a first state", within: context.bounds.recoveryTimeout) {
                    recorder.last != nil
                }
            }
            let reader = Task { [watch = try context.a.watch("svc")] in for await _ in watch {} }
            reader.cancel()
            for recorder in recorders {
                recorder.cancel()
                recorder.cancel()
                try await context.eventually("a cancelled watch ends", within: .seconds(1)) { recorder.hasEnded }
            }
            await reader.value
            recorders = []
            if let before {
                try await context.eventually(
                    "the backend's watches are at their baseline", within: context.bounds.recoveryTimeout
                ) {
                    try await context.harness.resourceCounts()?.watches ?? 0 <= before
                }
            }
        },
        RegistryCase(
            "R37", .core, "A watch of a service that does not exist is quiet, and then sees its first node",
            rationale: "Such a watch fails, ends, or spins."
        ) { context in
            let recorder = context.record(try context.b.watch("svc"))
            try await context.eventually(recorder, sees: [])
            try await context.register(context.record("other"))
            try await context.never("there is a second state, or an end") {
                recorder.states.count > 1 || recorder.hasEnded
            }
            try await context.register(context.record())
            try await context.eventually(recorder, sees: [context.record()])
        },
    ]
}
