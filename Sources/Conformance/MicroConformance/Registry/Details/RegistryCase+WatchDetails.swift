// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    /// Cases about several watches, and about watches of all services.
    static let watchDetails = [
        RegistryCase(
            "R98", .fault,
            "In an outage, forty watches and one of all services become stale; then they see later changes.",
            rationale: "Watches share connections, and some of them are not restored.",
            actions: [.stop, .start]
        ) { context in
            let records = (0..<40).map { context.record("svc-\($0)") }
            for record in records { try await context.register(record) }
            let recovery = context.bounds.timeouts.recovery
            let all = context.record(try context.reader.watch(nil))
            let recorders = try records.map { context.record(try context.reader.watch($0.name)) }
            for (record, recorder) in zip(records, recorders) {
                try await context.eventually(recorder, sees: [record], of: record.name, within: recovery)
                try await context.eventually(all, sees: [record], of: record.name, within: recovery)
            }
            try await context.perform(.stop)
            for (record, recorder) in zip(records + [records[0]], recorders + [all]) {
                try await context.eventuallyStale(recorder)
                try context.expect(recorder.records(of: record.name), is: [record], "the stale state")
                let code = recorder.staleCause?.code
                try context.expect(
                    code == .unavailable || code == .deadlineExceeded,
                    "the cause of a stale state is unavailable; it is \(code.map { "\($0)" } ?? "missing")")
            }
            try await context.perform(.start)
            for recorder in recorders + [all] {
                try await context.eventually("the watched state becomes live", within: recovery) { recorder.isLive }
            }
            for (number, recorder) in recorders.enumerated() {
                let newer = context.record("svc-\(number)", port: 9)
                try await context.eventuallyRegisters(newer)
                try await context.eventually(recorder, sees: [newer], of: newer.name, within: recovery)
                try await context.eventually(all, sees: [newer], of: newer.name, within: recovery)
            }
        },
        RegistryCase(
            "R99", .core, "A watch of all services sees every kind of change that a watch of one service sees.",
            rationale:
                "A watch of all services compares only the nodes, or only the services that it knew at its start."
        ) { context in
            let all = context.record(try context.reader.watch(nil))
            var record = context.record(nodes: 0..<2)
            try await context.register(record)
            let recovery = context.bounds.timeouts.recovery
            try await context.eventually(all, sees: [record], within: recovery)
            let changes: [(inout ServiceRecord) -> Void] = [
                { $0.metadata["k"] = "v" }, { $0.endpoints.append(Endpoint(name: "New.Call")) },
                { $0.nodes[1].metadata["k"] = "v" }, { $0.nodes[0].port = 9 },
            ]
            for change in changes {
                change(&record)
                try await context.register(record)
                try await context.eventually(all, sees: [record], within: recovery)
            }
            let second = context.record(version: "2", node: "second")
            try await context.register(second)
            try await context.eventually(all, sees: [record, second], within: recovery)
            let later = context.record("later")
            try await context.register(later)
            try await context.eventually(all, sees: [later], of: "later", within: recovery)
            try await context.writer.deregister(record)
            try await context.eventually(all, sees: [second], within: recovery)
            try await context.writer.deregister(later)
            try await context.eventually(all, sees: [], of: "later", within: recovery)
        },
        RegistryCase(
            "R105", .core, "Each of several watches of one client gets every state, and ends independently.",
            rationale:
                "Watches of one name share a buffer: only one of them gets a state, or a new watch replaces the first."
        ) { context in
            try await context.register(context.record())
            let recovery = context.bounds.timeouts.recovery
            var recorders: [WatchRecorder] = []
            for name in ["svc", "svc", "svc", nil, nil] {
                recorders.append(context.record(try context.reader.watch(name)))
            }
            for recorder in recorders {
                try await context.eventually(recorder, sees: [context.record()], within: recovery)
            }
            for port in 1...12 {
                let newer = context.record(port: port)
                try await context.register(newer)
                for recorder in recorders { try await context.eventually(recorder, sees: [newer], within: recovery) }
            }
            recorders[0].cancel()
            recorders[3].cancel()
            for ended in [recorders[0], recorders[3]] {
                try await context.eventually("a cancelled watch ends") { ended.hasEnded }
            }
            let last = context.record(port: 9)
            try await context.register(last)
            for recorder in [recorders[1], recorders[2], recorders[4]] {
                try await context.eventually(recorder, sees: [last], within: recovery)
                try context.expect(!recorder.hasEnded, "another watch does not end")
            }
        },
    ]
}
