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
            try context.expect(try await context.reader.lookUp("svc"), is: [context.record()], "the look-up")
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
