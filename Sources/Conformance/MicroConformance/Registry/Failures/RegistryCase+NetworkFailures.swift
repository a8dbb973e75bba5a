// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let networkFailures = [
        RegistryCase(
            "R40", .fault, "A watch on a half-open connection becomes stale within the bound, and recovers.",
            rationale: "After a firewall drops a connection silently, a watch waits on it forever.", hooks: [.endpoint]
        ) { context in
            let proxy = try await context.makeProxy()
            let client = try await context.makeClient { $0.addresses = [proxy.address] }
            try await context.register(context.record())
            let recorders = [context.record(try client.watch("svc")), context.record(try client.watch(nil))]
            for recorder in recorders {
                try await context.eventually(
                    recorder, sees: [context.record()], within: context.bounds.timeouts.recovery)
            }
            proxy.faults = [.blackHole]
            let newer = context.record(port: 9)
            try await context.register(newer)
            for recorder in recorders {
                try await context.eventuallyStale(recorder, within: context.bounds.timeouts.halfOpen)
                try context.expect(recorder.records(), is: [context.record()], "the stale state")
            }
            proxy.faults = []
            for recorder in recorders {
                try await context.eventually(recorder, sees: [newer], within: context.bounds.timeouts.recovery)
            }
        },
        RegistryCase(
            "R45", .fault,
            "With several addresses a client uses one that works, also when the one in use fails later.",
            rationale: "Adapters use only the first address.", hooks: [.endpoint]
        ) { context in
            let failover = try await context.makeFailoverClient()
            let client = failover.client
            try await context.register(context.record(), by: client)
            try await context.eventually(client, sees: [context.record()])
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()], within: context.bounds.timeouts.recovery)

            failover.switchAddresses()
            let newer = context.record(port: 9)
            try await context.register(newer)
            try await context.eventually(
                "a look-up succeeds by the other address", within: context.bounds.timeouts.recovery
            ) {
                do { return try await client.lookUp("svc") == [newer] } catch is MicroError { return false }
            }
            try await context.register(newer, by: client)
            try await context.eventually(recorder, sees: [newer], within: context.bounds.timeouts.recovery)
        },
        RegistryCase(
            "R48", .fault,
            "Operations on a backend that never responds end at their deadline, and promptly when canceled.",
            rationale: "A backend that accepts connections and sends nothing blocks its clients.", hooks: [.endpoint]
        ) { context in
            let operations: [NamedOperation<any Registry>] = [
                NamedOperation("looking up") { _ = try await $0.lookUp("svc") },
                NamedOperation("listing") { _ = try await $0.list() },
                NamedOperation("registering") {
                    try await $0.register(context.record(), timeToLive: .seconds(60))
                },
                NamedOperation("deregistering") { try await $0.deregister(context.record()) },
            ]
            try await context.checkDeadlinesAndCancellation(of: operations) { $0.clientReadCount }
        },
    ]
}
