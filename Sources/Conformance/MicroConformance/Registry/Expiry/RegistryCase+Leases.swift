// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let leases = [
        RegistryCase(
            "R21", .fault, "Deregistered nodes leave no leases or checks at the backend.",
            rationale: "go-micro's etcd registry creates a lease at every refresh and revokes none."
        ) { context in
            guard let before = try await context.harness.resourceCounts()?.leases else {
                throw CaseNotRunnable("needs `resourceCounts` with `leases`")
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
                during, is: before + records.count, "the leases of \(records.count) nodes registered six times")
            for record in records { try await context.writer.deregister(record) }
            try await context.eventually("the leases after the deregistration", is: before) {
                try await context.harness.resourceCounts()?.leases ?? 0
            }
        },
        RegistryCase(
            "R27", .fault,
            "A client that was suspended for longer than the time to live registers again, and reports the loss.",
            rationale: "Adapters rely on cached state about a registration that the backend has lost."
        ) { context in
            let registry = SuspendableRegistry(context.writer)
            try await context.withHeartbeat(in: registry, losesNode: true) { recorder in
                registry.suspend()
                defer { registry.resume() }
                let expiry = context.bounds.expiry
                try await context.eventually(recorder, sees: [], within: expiry.timeToLive * 2 + expiry.slack)
                registry.resume()
                try await context.eventuallyRestored(recorder)
            }
        },
        RegistryCase(
            "R57", .fault,
            "After the lease of a live service is revoked, the next heartbeat restores it and watches see the loss.",
            rationale: "Adapters keep refreshing a revoked lease, or do not notice its loss.",
            actions: [.revoke]
        ) { context in
            try await context.withHeartbeat(losesNode: true) { recorder in
                let known = recorder.states.count
                try await context.perform(.revoke)
                try await context.eventually(
                    "the watch sees the loss or the restoration", within: context.bounds.timeouts.recovery
                ) { recorder.states.count > known }
                try await context.eventuallyRestored(recorder)
            }
        },
    ]
}
