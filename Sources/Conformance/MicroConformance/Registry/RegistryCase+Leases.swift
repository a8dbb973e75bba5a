// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let leases = [
        RegistryCase(
            "R21", .fault, "What is deregistered leaves nothing at the backend: no lease, no check",
            motive: "go-micro's etcd registry takes new leases at every refresh and revokes none."
        ) { trial in
            guard let before = try await trial.harness.census()?.leases else {
                throw CaseNotRunnable("census: leases")
            }
            let records = (0..<5).map { trial.record(node: "n\($0)") }
            for port in 1...3 {
                for record in records {
                    var record = record
                    record.nodes[0].port = port
                    try await trial.register(record)
                    try await trial.register(record)
                }
            }
            let during = try await trial.harness.census()?.leases ?? 0
            try trial.expect(
                during, is: before + records.count, "leases of \(records.count) nodes registered six times")
            for record in records { try await trial.a.deregister(record) }
            try await trial.eventually("leases afterwards", is: before) {
                try await trial.harness.census()?.leases ?? 0
            }
        },
        RegistryCase(
            "R27", .fault, "A client that was halted for longer than the time to live registers again",
            motive: "What the adapter remembers of its registration is taken for what the backend has."
        ) { trial in
            let halting = HaltingRegistry(trial.a)
            try await trial.whileBeating(in: halting) { recorder in
                halting.halt()
                let gone = trial.bounds.timeToLive * 2 + trial.bounds.expirySlack
                try await trial.eventually(recorder, sees: [], within: gone)
                halting.resume()
                try await trial.eventually(trial.b, sees: [trial.record()], within: trial.bounds.heal)
                try await trial.eventually(recorder, sees: [trial.record()], within: trial.bounds.heal)
            }
        },
        RegistryCase(
            "R57", .fault, "A living service whose lease was revoked is back by its heartbeat, and tells of the loss",
            motive: "A lease that was revoked at the backend is kept alive for ever, or its loss is not noticed.",
            actions: [.revoke]
        ) { trial in
            try await trial.whileBeating(in: trial.a) { recorder in
                let known = recorder.states.count
                try await trial.perform(.revoke)
                try await trial.eventually("the watch tells of the loss or of the return", within: trial.bounds.heal) {
                    recorder.states.count > known
                }
                try await trial.eventually(trial.b, sees: [trial.record()], within: trial.bounds.heal)
                try await trial.eventually(recorder, sees: [trial.record()], within: trial.bounds.heal)
            }
        },
    ]
}
