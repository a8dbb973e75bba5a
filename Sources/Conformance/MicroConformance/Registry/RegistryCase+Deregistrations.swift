// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let deregistrations = [
        RegistryCase(
            "R18", .core, "Deregistering removes only that node, and the change names it with its address and version",
            rationale: "Whole services vanish with one node, or deletions arrive without saying of what."
        ) { context in
            let (stays, goes) = (context.record(node: "stays"), context.record(version: "2", node: "goes", port: 9))
            try await context.register(stays)
            try await context.register(goes)
            let recorder = context.record(try context.b.watch("svc"))
            try await context.eventually(recorder, sees: [stays, goes])
            let before = recorder.states.count
            try await context.a.deregister(goes)
            try await context.eventually(recorder, sees: [stays])
            try await context.eventually(context.b, sees: [stays])
            let states = recorder.states
            let changes = zip(states[(before - 1)...], states[before...]).flatMap { $1.changes(since: $0) }
            try context.expect(
                changes, is: [RegistryChange(kind: .deleted, service: goes, node: goes.nodes[0])], "changes")
        },
        RegistryCase(
            "R19", .core, "Deregistering an unknown node succeeds, and is no change",
            rationale: "A second deregistration at shutdown fails the shutdown."
        ) { context in
            try await context.register(context.record())
            let recorder = context.record(try context.b.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()])
            let before = recorder.states.count
            try await context.a.deregister(context.record(node: "unknown"))
            try await context.a.deregister(context.record("unknown-service"))
            try await context.never("watchers see a change") { recorder.states.count > before }
            try context.expect(try await context.b.lookUp("svc"), is: [context.record()], "look-up")
        },
        RegistryCase(
            "R20", .capability,
            "A node that another client deregistered is restored by the next heartbeat, which says so",
            rationale:
                "Consul's registrations belong to an agent; a heartbeat that only passes a check goes on unheard.",
            needs: ["foreignDeregistration"]
        ) { context in
            let record = context.record()
            try await context.register(record)
            try await context.eventually(context.b, sees: [record])
            try await context.b.deregister(record)
            try await context.eventually(context.b, sees: [])
            let outcome = try await context.register(record)
            try context.expect(outcome.created, "the heartbeat tells that it had to restore the node")
            try await context.eventually(context.b, sees: [record])
        },
    ]
}
