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
            "With several addresses a client uses a reachable one, and fails over when the one in use fails.",
            rationale: "Adapters use only the first address.", hooks: [.endpoint]
        ) { context in
            let failover = try await context.makeFailoverClient()
            let client = failover.client
            try await context.expectFailover { try await context.register(context.record(), by: client) }
            try await context.eventually(client, sees: [context.record()])
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()], within: context.bounds.timeouts.recovery)

            failover.switchAddresses()
            let newer = context.record(port: 9)
            try await context.register(newer)
            try await context.eventually(
                "a lookup succeeds by the other address", within: context.bounds.timeouts.recovery
            ) {
                do { return try await client.lookUp("svc") == [newer] } catch is MicroError { return false }
            }
            try await context.register(newer, by: client)
            try await context.eventually(recorder, sees: [newer], within: context.bounds.timeouts.recovery)
        },
        RegistryCase(
            "R48", .fault,
            "Operations on a backend that never responds end at their deadline, and promptly when cancelled.",
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
        RegistryCase(
            "R110", .fault,
            "A client uses another address when one responds with status 429 (too many requests).",
            rationale: "The limit of one server is taken for a failure of all of them.", hooks: [.http]
        ) { context in
            let (first, second) = (try await context.makeHTTPProxy(), try await context.makeHTTPProxy())
            first.faults = [.status(429, headers: ["Retry-After": "1"])]
            let client = try await context.makeClient(of: [first.address, second.address])
            try await context.register(context.record(), by: client)
            try context.expect(try await client.lookUp("svc"), is: [context.record()], "the lookup")
            try context.expect(try await client.list(), is: ["svc"], "the list")
            let recorder = context.record(try client.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()], within: context.bounds.timeouts.recovery)

            second.faults = first.faults
            first.faults = []
            let newer = context.record(port: 9)
            try await context.register(newer, by: client)
            try await context.eventually(client, sees: [newer])
            try await context.eventually(recorder, sees: [newer], within: context.bounds.timeouts.recovery)
        },
        RegistryCase(
            "R111", .fault,
            "A heartbeat by another address of the backend is not reported as a restored registration.",
            rationale: "Every failover is logged as a loss, so that real losses go unnoticed.", hooks: [.endpoint]
        ) { context in
            let failover = try await context.makeFailoverClient()
            let client = failover.client
            try await context.register(context.record(), by: client)
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [context.record()], within: context.bounds.timeouts.recovery)
            let before = recorder.states.count
            failover.switchAddresses()
            var isCreated: Bool?
            try await context.eventually(
                "a heartbeat succeeds by the other address", within: context.bounds.timeouts.recovery
            ) {
                do { isCreated = try await context.register(context.record(), by: client).created } catch is MicroError
                {}
                return isCreated != nil
            }
            try context.expect(isCreated, is: false, "whether the heartbeat created the node")
            try context.expect(recorder.states.count, is: before, "the states of another client's watch")
        },
    ]
}
