// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let deregistrations = [
        RegistryCase(
            "R18", .core, "Deregistering removes only that node, and the change names it with its address and version",
            motive: "Whole services vanish with one node, or deletions arrive without saying of what."
        ) { trial in
            let (stays, goes) = (trial.record(node: "stays"), trial.record(version: "2", node: "goes", port: 9))
            try await trial.register(stays)
            try await trial.register(goes)
            let recorder = trial.record(try trial.b.watch("svc"))
            try await trial.eventually(recorder, sees: [stays, goes])
            let before = recorder.states.count
            try await trial.a.deregister(goes)
            try await trial.eventually(recorder, sees: [stays])
            try await trial.eventually(trial.b, sees: [stays])
            let states = recorder.states
            let changes = zip(states[(before - 1)...], states[before...]).flatMap { $1.changes(since: $0) }
            try trial.expect(
                changes, is: [RegistryChange(kind: .deleted, service: goes, node: goes.nodes[0])], "changes")
        },
        RegistryCase(
            "R19", .core, "Deregistering an unknown node succeeds, and is no change",
            motive: "A second deregistration at shutdown fails the shutdown."
        ) { trial in
            try await trial.register(trial.record())
            let recorder = trial.record(try trial.b.watch("svc"))
            try await trial.eventually(recorder, sees: [trial.record()])
            let before = recorder.states.count
            try await trial.a.deregister(trial.record(node: "unknown"))
            try await trial.a.deregister(trial.record("unknown-service"))
            try await trial.never("watchers see a change") { recorder.states.count > before }
            try trial.expect(try await trial.b.lookUp("svc"), is: [trial.record()], "look-up")
        },
        RegistryCase(
            "R20", .capability,
            "A node that another client deregistered is restored by the next heartbeat, which says so",
            motive: "Consul's registrations belong to an agent; a heartbeat that only passes a check goes on unheard.",
            needs: ["foreignDeregistration"]
        ) { trial in
            let record = trial.record()
            try await trial.register(record)
            try await trial.eventually(trial.b, sees: [record])
            try await trial.b.deregister(record)
            try await trial.eventually(trial.b, sees: [])
            let outcome = try await trial.register(record)
            try trial.expect(outcome.created, "the heartbeat tells that it had to restore the node")
            try await trial.eventually(trial.b, sees: [record])
        },
    ]
}
