// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let deregistration = [
        RegistryCase(
            "R18", .core,
            "Deregistering a node removes only that node, and the change names it with its address and version.",
            rationale: "Whole services disappear with one node, or a deletion does not say which node was deleted."
        ) { context in
            let (staying, removed) = (
                context.record(node: "stays"), context.record(version: "2", node: "goes", port: 9)
            )
            try await context.register(staying)
            try await context.register(removed)
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [staying, removed])
            let before = recorder.states.count
            try await context.writer.deregister(removed)
            try await context.eventually(recorder, sees: [staying])
            try await context.eventually(context.reader, sees: [staying])
            let states = recorder.states
            let changes = zip(states[(before - 1)...], states[before...]).flatMap { $1.changes(since: $0) }
            try context.expect(
                changes, is: [RegistryChange(kind: .deleted, service: removed, node: removed.nodes[0])], "the changes")
        },
        RegistryCase(
            "R19", .core, "Deregistering an unknown node succeeds and causes no change.",
            rationale: "A repeated deregistration makes a shutdown fail."
        ) { context in
            try await context.register(context.record())
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()])
            let before = recorder.states.count
            try await context.writer.deregister(context.record(node: "unknown"))
            try await context.writer.deregister(context.record("unknown-service"))
            try await context.never("the watch sees a change") { recorder.states.count > before }
            try context.expect(try await context.reader.lookUp("svc"), is: [context.record()], "the lookup")
        },
        RegistryCase(
            "R90", .core, "Deregistering a record removes all of its nodes.",
            rationale: "Only the first node is removed, and callers use the others until they expire."
        ) { context in
            let record = context.record(nodes: 0..<4)
            try await context.register(record)
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [record])
            var part = record
            part.nodes = Array(record.nodes.prefix(3))
            var rest = record
            rest.nodes = Array(record.nodes.suffix(1))
            try await context.writer.deregister(part)
            try await context.eventually(recorder, sees: [rest])
            try await context.eventually(context.reader, sees: [rest])
        },
        RegistryCase(
            "R115", .core, "A node that is registered again right after its deregistration stays registered.",
            rationale: "A deregistration returns before it is executed, and removes the later registration."
        ) { context in
            for port in 1...10 {
                try await context.register(context.record(port: port))
                try await context.writer.deregister(context.record(port: port))
            }
            try await context.register(context.record())
            try await context.eventually(context.reader, sees: [context.record()])
            try await context.never("the node disappears") { try await context.reader.lookUp("svc").isEmpty }
        },
        RegistryCase(
            "R113", .core,
            "Deregistering a moved node with its former service does not remove it from its current one.",
            rationale: "The late shutdown of a renamed service removes the node that has replaced it."
        ) { context in
            let old = context.record("old", nodes: 0..<2)
            var moved = context.record("new")
            moved.nodes = Array(old.nodes.prefix(1))
            try await context.register(old)
            try await context.register(moved)
            try await context.eventually(context.reader, sees: [moved], of: "new")
            let recorder = context.record(try context.reader.watch("new"))
            try await context.eventually(recorder, sees: [moved], of: "new")
            try await context.writer.deregister(old)
            try await context.eventually(context.reader, sees: [], of: "old")
            // A client that did not register the node must not remove it either.
            try await context.reader.deregister(old)
            try await context.never("the moved node is removed") {
                try await context.reader.lookUp("new") != [moved] || recorder.last?["new"] != [moved]
            }
            try await context.writer.deregister(moved)
            try await context.eventually(context.reader, sees: [], of: "new")
        },
        RegistryCase(
            "R114", .capability, "A node that another client moves to another service leaves the old one.",
            rationale: "A client moves only what it has registered itself; lookups and watches show the node twice.",
            capabilities: ["foreignMoves"]
        ) { context in
            let old = context.record("old", nodes: 0..<1)
            var moved = context.record("new")
            moved.nodes = old.nodes
            try await context.register(old)
            try await context.eventually(context.reader, sees: [old], of: "old")
            let recorders = [
                context.record(try context.reader.watch("old")), context.record(try context.reader.watch(nil)),
            ]
            for recorder in recorders {
                try await context.eventually(
                    recorder, sees: [old], of: "old", within: context.bounds.timeouts.recovery)
            }
            try await context.reader.register(moved, timeToLive: context.bounds.expiry.timeToLive * 20)
            try await context.eventually(context.reader, sees: [], of: "old")
            try await context.eventually(context.reader, sees: [moved], of: "new")
            for recorder in recorders {
                try await context.eventually(
                    recorder, sees: [], of: "old", within: context.bounds.timeouts.convergence * 2)
            }
            try await context.reader.deregister(moved)
        },
        RegistryCase(
            "R20", .capability,
            "After another client has deregistered a node, the next heartbeat restores it and reports the loss.",
            rationale:
                "Consul registrations belong to an agent; a heartbeat that only passes a check fails unnoticed.",
            capabilities: ["foreignDeregistration"]
        ) { context in
            let record = context.record()
            try await context.register(record)
            try await context.eventually(context.reader, sees: [record])
            try await context.reader.deregister(record)
            try await context.eventually(context.reader, sees: [])
            let outcome = try await context.register(record)
            try context.expect(outcome.created, "the heartbeat reports that it restored the node")
            try await context.eventually(context.reader, sees: [record])
        },
    ]
}
