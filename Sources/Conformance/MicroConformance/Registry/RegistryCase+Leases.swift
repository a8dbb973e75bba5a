// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let leases = [
        RegistryCase(
            "R21", .fault, "What is deregistered leaves nothing at the backend: no lease, no check",
            rationale: "go-micro's etcd registry takes new leases at every refresh and revokes none."
        ) { context in
            guard let before = try await context.harness.resourceCounts()?.leases else {
                throw CaseNotRunnable("census: leases")
            }
            let records = (0..<5).map { context.record(node: "n\($0)") }
            for port in 1...3 {
                for record in records {
                    var record = record
                    record.nodes[0].port = port
                    try await context.register(record)
                    try await context.register(record)
                }
            }
            let during = try await context.harness.resourceCounts()?.leases ?? 0
            try context.expect(
                during, is: before + records.count, "leases of \(records.count) nodes registered six times")
            for record in records { try await context.a.deregister(record) }
            try await context.eventually("leases afterwards", is: before) {
                try await context.harness.resourceCounts()?.leases ?? 0
            }
        },
        RegistryCase(
            "R27", .fault, "A client that was halted for longer than the time to live registers again",
            rationale: "What the adapter remembers of its registration is taken for what the backend has."
        ) { context in
            let halting = HaltingRegistry(context.a)
            try await context.withHeartbeat(in: halting) { recorder in
                halting.halt()
                let gone = context.bounds.timeToLive * 2 + context.bounds.expirySlack
                try await context.eventually(recorder, sees: [], within: gone)
                halting.resume()
                try await context.eventually(
                    context.b, sees: [context.record()], within: context.bounds.recoveryTimeout)
                try await context.eventually(recorder, sees: [context.record()], within: context.bounds.recoveryTimeout)
            }
        },
        RegistryCase(
            "R57", .fault, "A living service whose lease was revoked is back by its heartbeat, and tells of the loss",
            rationale: "A lease that was revoked at the backend is kept alive for ever, or its loss is not noticed.",
            actions: [.revoke]
        ) { context in
            try await context.withHeartbeat(in: context.a) { recorder in
                let known = recorder.states.count
                try await context.perform(.revoke)
                try await context.eventually(
                    "the watch tells of the loss or of the return", within: context.bounds.recoveryTimeout
                ) {
                    recorder.states.count > known
                }
                try await context.eventually(
                    context.b, sees: [context.record()], within: context.bounds.recoveryTimeout)
                try await context.eventually(recorder, sees: [context.record()], within: context.bounds.recoveryTimeout)
            }
        },
    ]
}
