// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let watches = [
        RegistryCase(
            "R30", .core, "A watch gives the present state first, and every watch opened under churn ends at the truth",
            motive: "What happens between the look-up and the watch is lost."
        ) { trial in
            try await trial.register(trial.record())
            try await trial.eventually(trial.b, sees: [trial.record()])
            let first = trial.record(try trial.b.watch("svc"))
            try await trial.eventually("there is a first state") { !first.states.isEmpty }
            try trial.expect(first.states[0]["svc"], is: [trial.record()], "the first state")

            let names = (0..<10).map { "churn-\($0)" }
            let recorders = try await withThrowingTaskGroup(of: Void.self) { group in
                for name in names {
                    group.addTask {
                        for port in 1...20 { try await trial.register(trial.record(name, port: port)) }
                    }
                }
                var recorders: [(name: String, recorder: WatchRecorder)] = []
                for _ in 0..<20 {
                    for name in names { recorders.append((name, trial.record(try trial.b.watch(name)))) }
                    try await Task.sleep(for: .milliseconds(1))
                }
                try await group.waitForAll()
                return recorders
            }
            for (name, recorder) in recorders {
                try await trial.eventually(
                    recorder, sees: [trial.record(name, port: 20)], of: name, within: trial.bounds.heal)
            }
        },
        RegistryCase(
            "R32", .core, "The states of a node come in the order of its writes, and its first change is its creation",
            motive: "Watches deliver an update before the creation, or an old value after a newer one."
        ) { trial in
            let recorder = trial.record(try trial.b.watch("svc"))
            try await trial.eventually(recorder, sees: [])
            for port in 1...50 {
                try await trial.register(trial.record(port: port))
                // Now and then the reader keeps up, so that not all but the last state may be left out.
                if port.isMultiple(of: 10) {
                    try await trial.eventually(recorder, sees: [trial.record(port: port)], within: trial.bounds.heal)
                }
            }
            let ports = recorder.states.compactMap { $0["svc"].first?.nodes.first?.port }
            try trial.expect(ports, is: Set(ports).sorted(), "the ports in the order seen")
            let changes = zip(recorder.states, recorder.states.dropFirst()).flatMap { $1.changes(since: $0) }
            try trial.expect(
                changes.first?.kind, is: .created, "the first change")
            try trial.expect(
                changes.dropFirst().allSatisfy { $0.kind == .updated }, "all later changes are updates")
        },
        RegistryCase(
            "R33", .core, "A watch of one service sees that one, a watch of all sees every one",
            motive: "Watching all is often a second, less tested path."
        ) { trial in
            let (one, all) = (trial.record(try trial.b.watch("a")), trial.record(try trial.b.watch(nil)))
            try await trial.eventually(one, sees: [], of: "a")
            let records = ["a", "b", "c"].map { trial.record($0) }
            for record in records { try await trial.register(record) }
            try await trial.eventually(one, sees: [records[0]], of: "a")
            for record in records {
                try await trial.eventually(all, sees: [record], of: record.name, within: trial.bounds.heal)
            }
            try trial.expect(
                one.states.allSatisfy { Set($0.names).isSubset(of: ["a"]) }, "the watch of one sees nothing else")
            try await trial.a.deregister(records[1])
            try await trial.eventually(all, sees: [], of: "b", within: trial.bounds.heal)
            try trial.expect(Set(all.last?.names.map(\.self) ?? []), is: ["a", "c"], "names in the watch of all")
        },
        RegistryCase(
            "R34", .core, "A reader that sleeps through many changes gets the final state, and holds nobody up",
            motive: "go-micro's memory registry delivers 8 of 500 changes to a slow reader."
        ) { trial in
            let slow = try trial.b.watch("svc")
            let fast = trial.record(try trial.b.watch("svc"))
            let changes = trial.bounds.changes
            for change in 1...changes { try await trial.register(trial.record(port: 1 + change % 60_000)) }
            let final = [trial.record(port: 1 + changes % 60_000)]
            try await trial.eventually(fast, sees: final, within: trial.bounds.heal)
            let states = trial.record(slow)
            try await trial.eventually(states, sees: final, within: trial.bounds.heal)
            try trial.expect(
                states.states.count < 20, "a slow reader gets the newest, not a backlog of \(states.states.count)")
        },
        RegistryCase(
            "R35", .core, "Cancelling ends a watch within a second, twice is fine, and the backend is told",
            motive: "Stopped watches go on behind the scenes and pile up."
        ) { trial in
            let before = try await trial.harness.census()?.watches
            var recorders = [trial.record(try trial.a.watch("svc")), trial.record(try trial.a.watch(nil))]
            for recorder in recorders {
                try await trial.eventually("there is a first state", within: trial.bounds.heal) { recorder.last != nil }
            }
            let reader = Task { [watch = try trial.a.watch("svc")] in for await _ in watch {} }
            reader.cancel()
            for recorder in recorders {
                recorder.cancel()
                recorder.cancel()
                try await trial.eventually("a cancelled watch ends", within: .seconds(1)) { recorder.hasEnded }
            }
            await reader.value
            recorders = []
            if let before {
                try await trial.eventually("the backend's watches are at their baseline", within: trial.bounds.heal) {
                    try await trial.harness.census()?.watches ?? 0 <= before
                }
            }
        },
        RegistryCase(
            "R37", .core, "A watch of a service that does not exist is quiet, and then sees its first node",
            motive: "Such a watch fails, ends, or spins."
        ) { trial in
            let recorder = trial.record(try trial.b.watch("svc"))
            try await trial.eventually(recorder, sees: [])
            try await trial.register(trial.record("other"))
            try await trial.never("there is a second state, or an end") {
                recorder.states.count > 1 || recorder.hasEnded
            }
            try await trial.register(trial.record())
            try await trial.eventually(recorder, sees: [trial.record()])
        },
    ]
}
